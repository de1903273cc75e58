"""Read the sentences written for this project, and check them.

One sentence a line, with inline tags, which may nest; a line that starts with ``#`` and a blank is a comment
(the topic):

======  ============================================================================
tag     stands for
======  ============================================================================
``l``   toponym used literally ("in <l>Mosul</l>")
``a``   toponym used associatively ("<a>Turkey</a> said")
``f``   named street, building, facility or natural feature used as a place (literal)
``d``   demonym or adjective of a place (associative)
``el``  toponym inside another name, literal ("the <el>Karnataka</el> Assembly hall")
``e``   toponym inside another name, associative ("<o><e>Paris</e> Police</o>")
``p``   person
``o``   organisation
``m``   other name: event, work, language, product
======  ============================================================================

Run as a script to check a folder: ``python written.py [FOLDER]``. Files named ``c-*`` are held to more: at most five of
their sentences share a frame of six words in a row (names of places replaced by a mark, so that a template with other
names in it is still one), and no toponym stands in them more than twice.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "written"
KIND_AND_USAGE = {
    "l": ("toponym", "literal"),
    "a": ("toponym", "associative"),
    "f": ("toponym", "literal"),
    "d": ("demonym", "associative"),
    "el": ("embedded", "literal"),
    "e": ("embedded", "associative"),
}
NAME_TYPES = {"l": "LOC", "a": "LOC", "f": "LOC", "d": "NORP", "p": "PER", "o": "ORG", "m": "MISC"}
TAGS = frozenset(KIND_AND_USAGE) | frozenset(NAME_TYPES)
_TAG = re.compile(r"<(/?)([A-Za-z]+)>")
LARGEST_SHARE = 0.3
STRICT = "c-"
FRAME_WORDS = 6
LARGEST_FRAME = 5
LARGEST_NAME = 2
_MARK = "_"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A written sentence: its text without tags, and its (start, end, tag) spans, outer before inner."""

    text: str
    spans: tuple[tuple[int, int, str], ...]
    origin: str


def parse(line: str, origin: str = "") -> Sentence:
    """Parse one tagged line.

    Raises
    ------
    ValueError
        If a tag is unknown, not closed, closed in the wrong order, empty, or starts or ends with white space.
    """
    text: list[str] = []
    length = 0
    opened: list[tuple[str, int]] = []
    spans: list[tuple[int, int, str]] = []
    position = 0
    for match in _TAG.finditer(line):
        text.append(line[position : match.start()])
        length += match.start() - position
        position = match.end()
        closing, tag = match.groups()
        if tag not in TAGS:
            raise ValueError(f"{origin}: unknown tag <{tag}>")
        if not closing:
            opened.append((tag, length))
            continue
        if not opened or opened[-1][0] != tag:
            raise ValueError(f"{origin}: </{tag}> closes nothing that is open")
        spans.append((opened.pop()[1], length, tag))
    if opened:
        raise ValueError(f"{origin}: <{opened[-1][0]}> is not closed")
    text.append(line[position:])
    plain = "".join(text)
    for start, end, tag in spans:
        words = plain[start:end]
        if not words or words != words.strip():
            raise ValueError(f"{origin}: <{tag}> holds {words!r}")
    if re.search(r"</?[a-z]{1,2}\b[^>]*>?", plain):
        raise ValueError(f"{origin}: a broken tag is left in {plain!r}")
    # Of two spans alike the one closed last is the outer one.
    order = sorted(range(len(spans)), key=lambda number: (spans[number][0], -spans[number][1], -number))
    return Sentence(plain, tuple(spans[number] for number in order), origin)


def tagged(sentence: Sentence) -> str:
    """Write a sentence back with its tags: the inverse of :func:`parse`."""
    marks: list[tuple[int, int, int, str]] = []
    for order, (start, end, tag) in enumerate(sentence.spans):
        marks += [(start, 1, order, f"<{tag}>"), (end, 0, -order, f"</{tag}>")]
    out: list[str] = []
    position = 0
    for at, _, _, mark in sorted(marks):
        out += [sentence.text[position:at], mark]
        position = at
    return "".join([*out, sentence.text[position:]])


def read_written(folder: Path = FOLDER, *, broken: list[str] | None = None) -> list[Sentence]:
    """Read every ``*.txt`` of a folder, in the order of their names.

    Parameters
    ----------
    folder
        Where the files lie.
    broken
        A list that collects what is wrong with lines that cannot be parsed; without it the first one raises.
    """
    sentences: list[Sentence] = []
    for path in sorted(folder.glob("*.txt")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if not line.strip() or line.startswith("# "):
                continue
            try:
                sentences.append(parse(line.strip(), f"{path.name}:{number}"))
            except ValueError as error:
                if broken is None:
                    raise
                broken.append(str(error))
    return sentences


def overlaps(sentences: list[Sentence], *, share: float = LARGEST_SHARE, size: int = 5) -> list[tuple[str, str, float]]:
    """Return pairs of sentences that share more than ``share`` of the 5-grams of the shorter one."""
    grams = [_grams(sentence.text, size) for sentence in sentences]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, own in enumerate(grams):
        for gram in own:
            holders[gram].append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for numbers in holders.values():
        for place, first in enumerate(numbers):
            shared.update((first, second) for second in numbers[place + 1 :])
    found = []
    for (first, second), count in shared.items():
        part = count / max(1, min(len(grams[first]), len(grams[second])))
        if part > share:
            found.append((sentences[first].origin, sentences[second].origin, part))
    return sorted(found)


def _grams(text: str, size: int) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[place : place + size]) for place in range(len(words) - size + 1)}


def frames(sentences: list[Sentence]) -> dict[tuple[str, ...], list[str]]:
    """Return the frames of six words, place names replaced by a mark, each with the origins of its sentences."""
    holders: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for sentence in sentences:
        for frame in _grams(_masked(sentence), FRAME_WORDS):
            holders[frame].append(sentence.origin)
    return holders


def _masked(sentence: Sentence) -> str:
    out: list[str] = []
    position = 0
    for start, end, tag in sentence.spans:
        if tag in KIND_AND_USAGE and start >= position:
            out += [sentence.text[position:start], _MARK]
            position = end
    return "".join([*out, sentence.text[position:]])


def toponyms(sentences: list[Sentence]) -> dict[str, list[str]]:
    """Return the tagged toponyms (no demonyms) in small letters, each with the origins of its sentences."""
    holders: dict[str, list[str]] = defaultdict(list)
    for sentence in sentences:
        for start, end, tag in sentence.spans:
            if tag in KIND_AND_USAGE and KIND_AND_USAGE[tag][0] != "demonym":
                holders[sentence.text[start:end].casefold()].append(sentence.origin)
    return holders


def too_common(sentences: list[Sentence]) -> list[str]:
    """Say which frames and which toponyms of the stricter files come too often."""
    strict = [sentence for sentence in sentences if sentence.origin.startswith(STRICT)]
    framed, named = frames(strict), toponyms(strict)
    print(
        f"{STRICT}*: {len(strict)} sentences; a frame of {FRAME_WORDS} words stands in at most "
        f"{max(map(len, framed.values()), default=0)} of them, a toponym at most "
        f"{max(map(len, named.values()), default=0)} times ({len(named)} toponyms)"
    )
    return [
        *(
            f"the frame {' '.join(frame)!r} stands in {len(origins)} sentences, more than {LARGEST_FRAME}: "
            f"{', '.join(sorted(origins))}"
            for frame, origins in sorted(framed.items())
            if len(origins) > LARGEST_FRAME
        ),
        *(
            f"the toponym {name!r} stands {len(origins)} times, more than {LARGEST_NAME}: {', '.join(sorted(origins))}"
            for name, origins in sorted(named.items())
            if len(origins) > LARGEST_NAME
        ),
    ]


def main() -> int:
    """Check a folder and print a report; return 1 if anything is wrong."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    broken: list[str] = []
    sentences = read_written(folder, broken=broken)
    broken += [
        f"{each.origin}: tags cannot be written back" for each in sentences if parse(tagged(each)).spans != each.spans
    ]
    alike = overlaps(sentences)
    texts = Counter(sentence.text for sentence in sentences)
    tags = Counter(span[2] for sentence in sentences for span in sentence.spans)
    words = sum(len(sentence.text.split()) for sentence in sentences)
    print(f"{len(sentences)} sentences, {words} words, tags {dict(tags.most_common())}")
    for problem in broken:
        print(problem)
    for first, second, part in alike:
        print(f"{first} and {second} share {part:.0%} of their 5-grams")
    common = too_common(sentences)
    for problem in common:
        print(problem)
    print(
        f"{len(broken)} broken, {len(alike)} pairs too alike, {len(common)} frames and names too common, "
        f"{sum(n - 1 for n in texts.values())} doubles"
    )
    return int(bool(broken or alike or common))


if __name__ == "__main__":
    sys.exit(main())
