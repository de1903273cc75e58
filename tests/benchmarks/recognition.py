"""How well names are found: spans, kinds, letter case, the most common mistakes, and sentences that could be skipped."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import cache

import pandas as pd
from gold import Bench, Corpus, score_table
from pages import ROOT, markdown, table_of

import geomap
from geomap._text import sentence_bounds
from geomap.evaluation import breakdown, confusions
from geomap.evaluation._metrics import match_spans

RECIPE = ROOT / "data" / "recipes" / "recognizer"
SPANS = {
    ("recognition", "exact_precision"): "exact P",
    ("recognition", "exact_recall"): "R",
    ("recognition", "exact_f1"): "F1",
    ("recognition", "overlap_f1"): "overlap F1",
    ("recognition", "exact_without_demonyms_f1"): "exact F1 without demonyms",
}
_EXAMPLES = 12


def section(bench: Bench) -> str:
    """Return the part of the page on recognition."""
    return "\n\n".join(
        [
            "## Recognition",
            _left_out(),
            "**The recognizer that ships,** on all gold toponyms, demonyms and embedded names, exact offsets unless stated "
            "otherwise. It was trained on the corpora marked *, so those rows are optimistic:",
            markdown(score_table(bench.corpora, bench.default, SPANS, plain=("exact P", "R")), first="corpus"),
            "**The names matcher,** which is trained on nothing:",
            markdown(
                score_table(bench.corpora, bench.by_names, SPANS, plain=("exact P", "R"), ours=False), first="corpus"
            ),
            "**By kind,** the recognizer that ships: recall of gold mentions of a kind, precision of predicted ones "
            "(exact spans; LGL and TR-News do not annotate the kind, so everything but known demonyms is unknown there):",
            markdown(_kinds(bench), first="corpus, kind"),
            "**Letter case.** The same texts IN CAPITALS and in lower case, wherever the change keeps the offsets:",
            markdown(_cases(bench), first="corpus"),
            "**The most common mistakes** on all corpora together, in mentions, with the most frequent toponyms:",
            markdown(_mistakes(bench), first="mistake"),
            "**Could sentences be skipped?** The recognizer reads every sentence. Skipping those that hold no possible name "
            "would save this share of the words and lose this share of the gold mentions:",
            markdown(_skipping(bench), first="skip a sentence that"),
        ]
    )


def _left_out() -> str:
    """Return the cross-validated scores that the recipe wrote: training takes an hour, so it is not repeated here."""
    scores = table_of(json.loads((RECIPE / "scores.json").read_text("utf-8")))
    return (
        "**With outlets left out,** the honest figures of the recognizer, as written by its recipe "
        "(`data/recipes/recognizer/scores.json`), since training takes an hour:\n\n" + markdown(scores, first="corpus")
    )


def _kinds(bench: Bench) -> pd.DataFrame:
    rows = {}
    for corpus in bench.corpora:
        table = breakdown(bench.default[corpus.name], bootstrap=0)
        table = table[table["by"].eq("kind")]
        for kind in table["group"].drop_duplicates():
            part = table[table["group"].eq(kind)].set_index("score")
            counts, values = part["mentions"], part["value"]
            rows[f"{corpus.label}, {kind}"] = {
                "gold": int(counts.get("exact_recall", 0)),
                "recall": values.get("exact_recall", float("nan")),
                "overlap recall": values.get("overlap_recall", float("nan")),
                "predicted": int(counts["exact_precision"]) if "exact_precision" in counts else "",
                "precision": values.get("exact_precision", float("nan")),
            }
    return table_of(rows)


def _cases(bench: Bench) -> pd.DataFrame:
    rows = {}
    for corpus in bench.corpora:
        row = {}
        for name, change in (("as written", str), ("capitals", str.upper), ("lower case", str.lower)):
            found = _recognized(bench, corpus, change)
            gold = corpus.gold.mentions
            for span, exact in (("exact", True), ("overlap", False)):
                right = len(match_spans(gold, found, exact=exact))
                row[f"{name}, {span} F1"] = 2 * right / max(1, len(gold) + len(found))
        rows[corpus.label] = row
    return table_of(rows)


def _recognized(bench: Bench, corpus: Corpus, change: Callable[[str], str]) -> pd.DataFrame:
    articles = corpus.gold.articles.assign(
        text=[_recased(text, change) for text in corpus.gold.articles["text"]],
        title=[_recased(title, change) for title in corpus.gold.articles["title"]],
    )
    found = geomap.Geoparser(recognizer=bench.recognizer, gazetteer=bench.parser.gazetteer).recognize(articles)
    return found[found["field"].isin(corpus.gold.fields)].reset_index(drop=True)


def _recased(text: str, change: Callable[[str], str]) -> str:
    changed = "".join(change(char) if len(change(char)) == 1 else char for char in text)
    return changed if len(changed) == len(text) else text


def _mistakes(bench: Bench) -> pd.DataFrame:
    table = pd.concat([confusions(bench.default[corpus.name]) for corpus in bench.corpora])
    table = table[table["mistake"].isin(["missed", "spurious", "boundary", "kind"])]
    rows = {}
    for mistake, part in table.groupby("mistake"):
        counts: Counter[str] = Counter()
        for row in part.to_dict("records"):
            both = mistake == "boundary" or mistake == "kind"
            counts[f"{row['gold']} → {row['predicted']}" if both else str(row["toponym"])] += int(row["mentions"])
        said = ", ".join(f"{name} {count}" for name, count in counts.most_common(_EXAMPLES))
        rows[_MEANT[str(mistake)]] = {"mentions": int(part["mentions"].sum()), "most frequent": said}
    return table_of(rows).sort_values("mentions", ascending=False)


_MEANT = {
    "missed": "missed: no prediction overlaps",
    "spurious": "spurious: no gold overlaps",
    "boundary": "boundary: they overlap and differ",
    "kind": "kind: same span, other kind",
}


def _skipping(bench: Bench) -> pd.DataFrame:
    @cache
    def named(words: str) -> bool:
        return any(bench.parser.gazetteer.candidates([words], limit=1).values())

    def small(text: str) -> bool:
        return not any(char.isupper() for char in text.lstrip()[1:])

    def begins_with_a_name(text: str) -> bool:
        words = [word.strip(",.;:!?\"'()") for word in text.split()[:2]]
        return any(named(" ".join(words[:count])) for count in (1, 2))

    rules: dict[str, Callable[[str], bool]] = {
        "has no capital letter": lambda text: not any(char.isupper() for char in text),
        "has none but its first letter": small,
        "has none but its first letter, and begins with no name of the gazetteer": lambda text: (
            small(text) and not begins_with_a_name(text)
        ),
    }
    counts: dict[str, Counter[str]] = {name: Counter() for name in rules}
    for corpus in bench.corpora:
        mentions = corpus.gold.mentions[corpus.gold.mentions["field"].eq("text")]
        starts = {key: sorted(part["start"]) for key, part in mentions.groupby("article_id")}
        for article_id, text in zip(corpus.gold.articles["article_id"], corpus.gold.articles["text"], strict=True):
            for begin, end in sentence_bounds(text):
                words = len(text[begin:end].split())
                gold = sum(begin <= start < end for start in starts.get(article_id, ()))
                for name, skips in rules.items():
                    skipped = skips(text[begin:end])
                    counts[name].update(words=words, gold=gold, sentences=1)
                    counts[name].update(skipped_words=words * skipped, lost=gold * skipped, skipped=int(skipped))
    rows = {
        name: {
            "sentences skipped": count["skipped"] / count["sentences"],
            "words saved": count["skipped_words"] / count["words"],
            "gold mentions lost": count["lost"] / max(1, count["gold"]),
        }
        for name, count in counts.items()
    }
    return table_of(rows)
