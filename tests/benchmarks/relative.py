"""Relative places: is the truth inside the circle that geomap gives, and does nothing else move?

    python tests/benchmarks/relative.py [--show 40] [--texts FOLDER_OF_GOLD]

``suites/relative.csv`` holds 150 expressions in running sentences, with regions that were written from an atlas before the
rules. An expression is right if the point lies in its region; *inside* if the region's center lies in the radius that geomap
gives; *at the anchor* if it was left at the name. ``suites/no_relative.txt`` holds sentences in which nothing may move; with
``--texts`` the moved mentions of gold articles are printed, to be read.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from pages import markdown

import geomap
from geomap.evaluation import read_gold
from geomap.geometry import distance_km

SUITES = Path(__file__).parent / "suites"


def verdicts(parser: geomap.Geoparser) -> pd.DataFrame:
    """Return one row per expression: its kind, whether its anchor is known, what became of it, and the radius."""
    suite = pd.read_csv(SUITES / "relative.csv", keep_default_na=False)
    texts = [str(text) for text in suite["text"]]
    mentions = parser.geoparse(texts)
    rows = []
    for number, row in enumerate(suite.to_dict("records"), start=1):
        start = row["text"].index(row["expression"])
        end = start + len(row["expression"])
        own = mentions[mentions["article_id"] == str(number)]
        # The name before an expression may be what lies there.
        near = own[(own["end"] > start - 40) & (own["start"] < end) & (own["status"] == "resolved")]
        moved = near[near["precision"] == "offset"]
        chosen = moved if len(moved) else near
        verdict, given_radius = "not found", None
        for point, radius, precision in zip(chosen.geometry, chosen["radius_km"], chosen["precision"], strict=True):
            off = float(distance_km(row["lat"], row["lon"], point.y, point.x))
            inside, given_radius = off <= row["radius_km"], radius
            verdict = "right" if inside else ("at the anchor" if precision == "place" else "elsewhere")
            if inside:
                break
        kind = {"halfway": "between", "outskirts": "near"}.get(row["kind"], row["kind"])
        rows.append(
            {"kind": kind, "core": row["core"], "verdict": verdict, "radius_km": given_radius, "text": row["text"]}
        )
    return pd.DataFrame(rows)


def summary(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the shares of each verdict in percent, and the median radius."""
    counts = table.groupby(by)["verdict"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=["right", "at the anchor", "elsewhere", "not found"], fill_value=0)
    shares = (counts.div(counts.sum(axis=1), axis=0) * 100).round(1)
    radius = table.assign(radius_km=pd.to_numeric(table["radius_km"])).groupby(by)["radius_km"].median()
    return shares.assign(items=counts.sum(axis=1), **{"median radius, km": radius.round(0)})


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--show", type=int, default=0, help="how many wrong answers to print")
    options.add_argument("--texts", type=Path, help="a folder of gold articles, of which moved mentions are printed")
    given = options.parse_args()
    parser = geomap.Geoparser()
    table = verdicts(parser)
    print(markdown(summary(table, "kind"), first="kind"), "\n")
    print(markdown(summary(table, "core"), first="anchor known"), "\n")
    print(f"right: {(table['verdict'] == 'right').sum()} of {len(table)}")
    for row in table[table["verdict"] != "right"].head(given.show).itertuples():
        print(f"  {row.kind:<18} {row.verdict:<14} {row.text}")
    quiet = parser.geoparse((SUITES / "no_relative.txt").read_text("utf-8").splitlines())
    moved = quiet[quiet["precision"] == "offset"]
    print(f"moved where nothing may: {len(moved)} of {quiet['article_id'].nunique()} sentences with a place")
    for name, sentence in zip(moved["name"], moved["sentence"], strict=True):
        print(f"  {name:<40} {sentence}")
    for path in sorted(given.texts.glob("*.jsonl")) if given.texts else ():
        mentions = parser.geoparse(read_gold(path).articles)
        moved = mentions[mentions["precision"] == "offset"]
        print(f"{path.name}: {len(moved)} of {len(mentions)} mentions moved")
        for name, sentence in zip(moved["name"], moved["sentence"], strict=True):
            print(f"  {name:<40} {' '.join(sentence.split())[:160]}")


if __name__ == "__main__":
    main()
