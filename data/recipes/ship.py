"""Put what ``make models`` made where it belongs.

``python ship.py models WORK ROOT`` copies the recognizer and the ranker into ``geomap/resources`` of a checkout and records
them; ``python ship.py cards WORK ROOT`` writes their figures into the model cards, between marks that name a table.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "ranker"), str(HERE / "dots"), str(HERE.parents[1] / "tests" / "benchmarks")]

from pages import markdown, number, table_of

Rows = Mapping[str, Mapping[str, object]]
RECOGNIZER_CARD = Path("data", "recipes", "recognizer", "MODEL_CARD.md")
RANKER_CARD = Path("data", "recipes", "ranker", "README.md")
DOTS_CARD = Path("data", "recipes", "dots", "README.md")
SHIPPED = "open"
SCORES = Path("data", "recipes", "recognizer", "scores.json")
MARK = "<!-- figures: {name} -->\n"
END = "<!-- end of figures -->"


def ship_models(work: Path, root: Path) -> None:
    """Copy the models and record their checksums."""
    from fit import record_shipped as record_dots
    from train import record_shipped

    resources = root / "geomap" / "resources"
    shutil.copytree(work / SHIPPED, resources / "recognizer", dirs_exist_ok=True)
    shutil.copy(work / "ranker.npz", resources / "ranker.npz")
    record_shipped(resources / "ranker.npz")
    for name in ("dots.json", "rings.json"):
        shutil.copy(work / name, resources / name)
    record_dots(resources / "dots.json")


def write_cards(work: Path, root: Path) -> None:
    """Write every table of figures into its card."""
    shutil.copy(work / "scores.json", root / SCORES)
    read = ("scores", "licence", "ranker", "dots-figures")
    figures = {name: json.loads((work / f"{name}.json").read_text("utf-8")) for name in read}
    for card, tables in CARDS.items():
        text = (root / card).read_text("utf-8")
        for name, table in tables.items():
            text = with_figures(text, name, table(figures))
        (root / card).write_text(text, encoding="utf-8")


def with_figures(text: str, name: str, table: str) -> str:
    r"""Return a card with a table in place of the one between its marks.

    >>> with_figures("a\n<!-- figures: x -->\nold\n<!-- end of figures -->\nb", "x", "new")
    'a\n<!-- figures: x -->\nnew\n<!-- end of figures -->\nb'
    """
    mark = MARK.format(name=name)
    changed, count = re.subn(
        f"({re.escape(mark)}).*?({re.escape(END)})", lambda m: f"{m[1]}{table}\n{m[2]}", text, flags=re.DOTALL
    )
    if count != 1:
        raise SystemExit(f"the card has {count} places for the figures {name!r}, not one")
    return changed


def _table(rows: Rows, *, first: str = "corpus", form: Callable[[float], str] = number) -> str:
    return str(markdown(table_of(rows), first=first, form=form))


def of_recognition(figures: Mapping[str, Any]) -> str:
    """Return the recognizer's scores with outlets left out."""
    shown = {
        "exact P": "exact P",
        "R": "R",
        "as written, F1": "F1",
        "as written, overlap F1": "overlap F1",
        "lower case, F1": "in small letters: F1",
        "lower case, overlap F1": "overlap F1 there",
        "capitals, F1": "IN CAPITALS: F1",
        "capitals, overlap F1": "overlap F1 there ",
    }
    rows = {corpus: {name: row[key] for key, name in shown.items()} for corpus, row in figures["scores"].items()}
    return _table(rows)


def of_resolution(figures: Mapping[str, Any]) -> str:
    """Return the ranker's accuracy by corpus, and the figures of its confidence."""
    rows = {
        row["corpus"]: {
            "within 161 km": row["accuracy_161km"],
            "each deal": ", ".join(f"{row[key]:.3f}" for key in row if key.startswith("deal_")),
            "a right candidate exists": row["recall"],
        }
        for row in figures["ranker"]["accuracy"]
    }
    found = figures["ranker"]["confidence"]
    below = ", ".join(
        f"{count} ({right} right) below {least}" for least, (count, right) in found["below, and right of them"].items()
    )
    return (
        f"{_table(rows, first='table')}\n\nExpected calibration error of the confidence: "
        f"{found['calibration error']}; a right choice is surer than a wrong one in {found['right surer than wrong']} of "
        f"the pairs. Of {found['mentions']:,} gold mentions: {below}."
    )


def of_end_to_end(figures: Mapping[str, Any]) -> str:
    """Return F1 within 161 km of recognizer and ranker together at the thresholds, outlets left out of both."""
    name = "end-to-end F1 at "
    rows = {
        corpus: {f"from {key.removeprefix(name)}": value for key, value in row.items() if key.startswith(name)}
        for corpus, row in figures["scores"].items()
    }
    return _table(rows)


def of_licence(wanted: Callable[[str], bool]) -> Callable[[Mapping[str, Any]], str]:
    """Return a function that writes some of the rows of the models with the corpora beside those without."""

    def table(figures: Mapping[str, Any]) -> str:
        kept, without = figures["licence"]["with"], figures["licence"]["without"]
        rows = {
            name: {"with": value, "without": without[name], "without less with": round(without[name] - value, 2)}
            for name, value in kept.items()
            if name in without and wanted(name)
        }
        return _table(rows, first="percent", form=lambda value: f"{value:.2f}")

    return table


def of_dots(figures: Mapping[str, Any]) -> str:
    """Return how far the probability of the dots is from the truth, corpus by corpus."""
    shown = {
        "dots": "dots",
        "right": "right",
        "error, by confidence": "confidence",
        "error": "stated",
        "by chance": "by chance",
        "fitted to other corpora": "other_corpora",
    }
    found = figures["dots-figures"]["calibration"]
    return _table({corpus: {name: row[key] for name, key in shown.items()} for corpus, row in found.items()})


def of_thresholds(figures: Mapping[str, Any]) -> str:
    """Return what thresholds keep and lose on left-out outlets and on the samples."""
    rows = {
        f"{corpus}, {row['threshold']}": {name.replace("_", " "): row[name] for name in row if name != "threshold"}
        for corpus, table in figures["dots-figures"]["thresholds"].items()
        for row in table
    }
    return _table(rows, first="corpus, threshold")


def of_rings(figures: Mapping[str, Any]) -> str:
    """Return how many rings hold the truth, corpus by corpus."""
    return _table(figures["dots-figures"]["rings"])


def of_sources(figures: Mapping[str, Any]) -> str:
    """Return how many rings hold the truth, by the source of the area."""
    return _table(figures["dots-figures"]["sources"], first="source")


def _about_resolution(name: str) -> bool:
    return any(part in name for part in ("gold spans", "source hidden", "name given", "end to end"))


CARDS: Mapping[Path, Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    RECOGNIZER_CARD: {"recognition": of_recognition, "licence": of_licence(lambda name: not _about_resolution(name))},
    DOTS_CARD: {"calibration": of_dots, "thresholds": of_thresholds, "rings": of_rings, "sources": of_sources},
    RANKER_CARD: {"resolution": of_resolution, "end to end": of_end_to_end, "licence": of_licence(_about_resolution)},
}


def main() -> None:
    """Put the models or the figures in their place."""
    what, *folders = sys.argv[1:] or [""]
    if what not in ("models", "cards") or len(folders) != 2:
        sys.exit(__doc__)
    (ship_models if what == "models" else write_cards)(*map(Path, folders))


if __name__ == "__main__":
    main()
