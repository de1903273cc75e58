from __future__ import annotations

import random
import string
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many

from geomap.gazetteer import Candidate, Gazetteer, fold
from geomap.gazetteer._fuzzy import plain_hash, similarity, skeleton, whole_hashes, word_hashes
from geomap.gazetteer._store import Store

TRANSLITERATIONS = (
    ("ou", "u"), ("y", "i"), ("k", "q"), ("c", "k"), ("sh", "sch"), ("kh", "h"), ("ee", "i"), ("v", "w"), ("ph", "f"),
    ("iya", "ia"), ("ss", "s"), ("j", "dzh"), ("oo", "u"), ("ch", "tch"),
)  # fmt: skip
ENDINGS = ("a", "u", "om", "da", "en", "e", "i", "ie", "s", "skiy", "in")


def inserted(name: str, at: int, draw: random.Random) -> str:
    return name[:at] + draw.choice(string.ascii_lowercase) + name[at:]


def deleted(name: str, at: int, draw: random.Random) -> str:
    return name[:at] + name[at + 1 :]


def substituted(name: str, at: int, draw: random.Random) -> str:
    return name[:at] + draw.choice(string.ascii_lowercase) + name[at + 1 :]


def swapped(name: str, at: int, draw: random.Random) -> str:
    at = min(at, len(name) - 2)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def transliterated(name: str, at: int, draw: random.Random) -> str:
    pairs = [pair for both in TRANSLITERATIONS for pair in (both, both[::-1]) if pair[0] in name]
    return name.replace(*draw.choice(pairs), 1) if pairs else inserted(name, at, draw)


def inflected(name: str, at: int, draw: random.Random) -> str:
    return (name[:-1] if name[-1] in "aeiou" else name) + draw.choice(ENDINGS)


MISTAKES = (inserted, deleted, substituted, swapped, transliterated, inflected)


def places(gazetteer: Gazetteer, draw: random.Random) -> list[Candidate]:
    """Return places at random that their right name brings among the first five."""
    store = Store(Path(str(gazetteer.info()["path"])))
    found = []
    for row in draw.sample(range(1, 150_000), 3000):
        place = store.by_row(row)
        if place is not None and place.feature_class == "P" and len(fold(place.name)) > 4:
            first = gazetteer.candidates([place.name])[place.name][:5]
            found += [place] if place.row in [each.row for each in first] else []
    return found


@pytest.mark.slow
def test_the_right_place_is_among_ten_for_most_misspellings(gazetteer: Gazetteer) -> None:
    draw = random.Random(20)
    right: dict[str, list[bool]] = {mistake.__name__: [] for mistake in MISTAKES}
    times = []
    homonyms = first = 0
    for number, place in enumerate(places(gazetteer, draw)):
        mistake = MISTAKES[number % len(MISTAKES)]
        name = fold(place.name)
        wrong = mistake(name, draw.randrange(1, len(name)), draw)
        if gazetteer.candidates([wrong])[wrong]:
            # Another place bears this name: the exact look-up does not fail, and nobody would ask for similar ones.
            homonyms += 1
            continue
        started = time.perf_counter()
        found = [each.row for each, _ in gazetteer.fuzzy(wrong, limit=10)]
        times.append(time.perf_counter() - started)
        right[mistake.__name__].append(place.row in found)
        first += found[:1] == [place.row]
        if len(times) == 1000:
            break
    shares = {name: sum(each) / len(each) for name, each in right.items()}
    every = [each for several in right.values() for each in several]
    print(
        f"{len(every)} misspellings, {homonyms} homonyms left out; right among ten {sum(every) / len(every):.3f}: {shares}"
    )
    print(f"a wrong place first {1 - first / len(every):.3f}; 95th percentile {1000 * sorted(times)[950]:.1f} ms")
    assert len(every) == 1000
    assert sum(every) / len(every) >= 0.90
    assert min(shares.values()) >= 0.80


def test_strings_that_are_no_names_find_little(gazetteer: Gazetteer) -> None:
    draw = random.Random(21)
    nothing = ["".join(draw.choices(string.ascii_lowercase, k=draw.randint(7, 12))) for _ in range(200)]
    false = sum(bool(gazetteer.fuzzy(name, limit=1)) for name in nothing)
    print(f"{false} of 200 strings of letters found a name")
    assert false <= 20


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ("Mosull", "Mosul"),
        ("Nasiriyya", "Nasiriyah"),
        ("Springfeild", "Springfield"),
        ("Sanantonio", "San Antonio"),
        ("San Antonyo", "San Antonio"),
        ("New Yrok", "New York City"),
        ("Warszawie", "Warsaw"),
        ("Petersburgu", "Saint Petersburg"),
        ("Los Angelees", "Los Angeles"),
        ("Bagdhad", "Baghdad"),
        ("Philadelpia", "Philadelphia"),
    ],
)
def test_a_misspelled_name_finds_its_place(gazetteer: Gazetteer, wrong: str, name: str) -> None:
    assert name in [each.name for each, _ in gazetteer.fuzzy(wrong)]


def test_similar_names_come_by_likeness_and_a_city_before_a_hamlet(gazetteer: Gazetteer) -> None:
    found = gazetteer.fuzzy("Philadelpia", limit=5)
    assert len(found) == 5
    assert found[0][0].name in {"Philadelphia", "Philadelphia County"}
    assert all(0 < score <= 1 for _, score in found)
    assert len({each.row for each, _ in found}) == 5


def test_the_right_name_has_a_similarity_of_one(gazetteer: Gazetteer) -> None:
    assert gazetteer.fuzzy("Mosul", limit=1)[0][1] == 1.0
    assert gazetteer.fuzzy("MOSUL", limit=0) == []


@pytest.mark.parametrize("name", ["", " ", "!", "7", "x", "\ud83d", "a" * 500, "word " * 50, "12345", "\x00", "?" * 9])
def test_odd_names_find_nothing_and_raise_nothing(gazetteer: Gazetteer, name: str) -> None:
    assert isinstance(gazetteer.fuzzy(name), list)


def test_lookup_shows_similar_names_only_where_asked_and_nothing_bears_the_name(gazetteer: Gazetteer) -> None:
    exact, none = gazetteer.lookup("Mosul", fuzzy=True), gazetteer.lookup("Mosull")
    similar = gazetteer.lookup("Mosull", fuzzy=True, limit=3)
    assert exact["similarity"].eq(1).all()
    assert len(none) == 0
    assert len(similar) == 3
    assert similar["similarity"].between(0.6, 0.99).all()
    assert exact.dtypes.to_dict() == none.dtypes.to_dict() == similar.dtypes.to_dict()


def test_threads_search_at_once(gazetteer: Gazetteer) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: tuple(each.row for each, _ in gazetteer.fuzzy("Bagdhad")), range(32)))
    assert len(set(found)) == 1


def test_importing_the_gazetteer_loads_neither_numpy_nor_rapidfuzz() -> None:
    heavy = "{'numpy', 'rapidfuzz', 'shapely', 'urllib.request'}"
    code = f"import sys, geomap.gazetteer; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


words = st.text(st.characters(categories=("Ll", "Lo", "Nd")), min_size=1, max_size=32)


@given(words)
def test_a_words_hashes_are_the_same_one_by_one_and_together(word: str) -> None:
    together = word_hashes([word, word], len(word))
    assert together[1].tolist() == together[0].tolist()
    assert together[0].tolist() == [plain_hash(word[:at] + word[at + 1 :]) for at in range(len(word))] + [
        plain_hash(word)
    ]
    assert whole_hashes([word], len(word)).tolist() == [plain_hash(word)]


@given(words, words)
@settings(max_examples=many(50))
def test_similarity_is_symmetric_and_one_for_the_same(one: str, other: str) -> None:
    assert similarity(one, other) == pytest.approx(similarity(other, one))
    assert 0 <= similarity(one, other) <= 1
    assert similarity(one, one) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("muhammad", "mohamed"),
        ("kharkiv", "harkiw"),
        ("nasiriyah", "nassiriya"),
        ("qaddafi", "kadafi"),
        ("shiraz", "schiras"),
    ],
)
def test_transliterations_share_a_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)
