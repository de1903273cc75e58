"""Measure the counting verbs on a made-up table of a million mentions: seconds, and memory beside the table's own.

    python tests/benchmarks/analysis.py [MENTIONS]
    python tests/benchmarks/analysis.py --focus

``--focus`` measures how often ``focus`` gives the place that the sample corpora say an article is about, beside the
baselines, on the mentions that the default geoparser finds. The weights were tuned on the Mosul corpus, not on the world
corpus.

One core is enough; the figures are printed. Seconds are processor time of one call in a warm process, which a busy machine
distorts less than wall-clock time. Memory is the peak resident size during the call minus that before it, sampled every
few milliseconds, in multiples of the table's own size (``memory_usage(deep=True)`` plus the points).

The target: every verb below 5 seconds and below three times the table. ``duplicates`` reads whole texts and is not among
them; ``distinct`` is measured with the table of copies given.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import os
import platform
import threading
import time
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
from pages import ROOT

import geomap
from geomap import analysis, tables

CORPORA = ROOT / "data" / "corpora"
FOCUS = {"mosul": CORPORA / "mosul" / "gold-focus.jsonl", "world": CORPORA / "world" / "articles.jsonl"}
PLACES = 20_000
SOURCES = 60
TARGET_SECONDS, TARGET_SIZE = 5.0, 3.0
POINT_BYTES = 120  # a shapely point: the object, its GEOS geometry and coordinates


def made_up(mentions: int, *, seed: int = 7) -> gpd.GeoDataFrame:
    """Return a mentions table as news gives them: eight mentions an article, a few places in most of them."""
    random = np.random.default_rng(seed)
    places = _places(random)
    article = np.sort(random.integers(0, max(mentions // 8, 1), mentions))
    sentence = article * 6 + random.integers(0, 6, mentions)
    # Zipf over places; half of an article's mentions repeat the place it is about.
    place = np.minimum(random.zipf(1.25, mentions) - 1, PLACES - 1)
    about = np.minimum(random.zipf(1.25, int(article.max()) + 1) - 1, PLACES - 1)
    place = np.where(random.random(mentions) < 0.5, about[article], place)
    days = random.integers(0, 5 * 365, int(article.max()) + 1)[article]
    nil = random.random(mentions) < 0.08
    chosen = places.iloc[place].reset_index(drop=True)
    for name in chosen.columns:
        chosen[name] = chosen[name].where(~nil)
    start = random.integers(0, 4000, mentions)
    columns = {
        "article_id": pd.Series([f"article-{number:07d}" for number in range(int(article.max()) + 1)])[article].array,
        "field": np.where(random.random(mentions) < 0.1, "title", "text"),
        "start": start,
        "end": start + 7,
        "toponym": places["name"].iloc[place].array,
        "kind": "toponym",
        "usage": "literal",
        "status": np.where(nil, "nil", "resolved"),
        "recognition_score": random.random(mentions),
        "confidence": np.where(nil, 0.2, random.beta(8, 1, mentions)),
        **{name: chosen[name].array for name in chosen.columns},
        "sentence": pd.Series(
            [f"Sentence {row} says that something happened near the river." for row in range(int(sentence.max()) + 1)]
        )[sentence].array,
        "published": pd.Timestamp("2015-01-01", tz="UTC") + pd.to_timedelta(days, unit="D"),
        "source": pd.Categorical.from_codes(article % SOURCES, pd.Index([f"Source {number}" for number in range(SOURCES)])),
        "title": pd.Categorical(["A title"] * mentions),
        "url": pd.Categorical(["https://example.org"] * mentions),
    }  # fmt: skip
    return tables.finish_mentions(pd.DataFrame(columns))


def _places(random: np.random.Generator) -> pd.DataFrame:
    countries = analysis.shapes("country")
    number = random.integers(0, len(countries), PLACES)
    code = pd.Series(
        np.where(np.arange(PLACES) % 50 == 0, "PCLI", np.where(np.arange(PLACES) % 20 == 1, "ADM1", "PPL"))
    )
    division = number * 20 + random.integers(0, 20, PLACES)
    middles = countries.geometry.representative_point()
    return pd.DataFrame(
        {
            "place_id": [f"geonames:{row}" for row in range(PLACES)],
            "geonameid": np.arange(PLACES),
            "name": [f"Place {row}" for row in range(PLACES)],
            "country_code": countries["country_code"].iloc[number].array,
            "country": countries["country"].iloc[number].array,
            "admin1": pd.Series([f"Division {row}" for row in division]).where(code != "PCLI").array,
            "feature_class": np.where(code == "PPL", "P", "A"),
            "feature_code": code.array,
            "population": random.integers(0, 10**6, PLACES),
            "lon": middles.x.to_numpy()[number] + random.normal(0, 0.5, PLACES).clip(-1, 1),
            "lat": (middles.y.to_numpy()[number] + random.normal(0, 0.5, PLACES)).clip(-89, 89),
        }
    )


def resident() -> int:
    """Return the process's resident size in bytes."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  (read thousands of times)
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def measured(call: Callable[[], object]) -> tuple[float, float, int]:
    """Return the seconds of a call on the core and on the wall, and the bytes it held at most above those before."""
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    before, highest, done = resident(), 0, threading.Event()

    def watch() -> None:
        nonlocal highest
        while not done.is_set():
            highest = max(highest, resident())
            time.sleep(0.004)

    watcher = threading.Thread(target=watch)
    watcher.start()
    started, busy = time.perf_counter(), time.process_time()
    call()
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    done.set()
    watcher.join()
    return busy, seconds, max(highest - before, 0)


def focus() -> None:
    """Print how often each method finds what the articles of the sample corpora are about."""
    for corpus, gold in FOCUS.items():
        mentions = geomap.geoparse(geomap.read_articles(CORPORA / corpus))
        found = analysis.focus_accuracy(mentions, analysis.read_focus(gold))
        print(f"\n{corpus}\n{found.round(3).to_string(index=False)}")


def main() -> None:
    """Print the figures asked for."""
    parser = argparse.ArgumentParser(description="Measure seconds and memory of the counting verbs.")
    parser.add_argument("mentions", nargs="?", type=int, default=1_000_000, help="rows of the made-up table")
    parser.add_argument(
        "--focus", action="store_true", help="measure the accuracy of focus on the sample corpora instead"
    )
    options = parser.parse_args()
    if options.focus:
        focus()
    else:
        counting(options.mentions)


def counting(mentions: int) -> None:
    """Print the seconds and memory of each verb."""
    table = made_up(mentions)
    size = int(table.drop(columns="geometry").memory_usage(deep=True).sum()) + POINT_BYTES * int(
        table.geometry.notna().sum()
    )
    middle = pd.Timestamp("2017-07-01", tz="UTC")
    before, after = table[table["published"] < middle], table[table["published"] >= middle]
    ids = pd.Series(table["article_id"].unique())
    copies = pd.DataFrame({"article_id": ids[1::20].array, "original": ids[0::20].array[: len(ids[1::20])]})
    calls: dict[str, Callable[[], object]] = {
        "places": lambda: analysis.places(table),
        "places, distinct": lambda: analysis.places(table, distinct=copies),
        "countries": lambda: analysis.countries(table),
        "divisions": lambda: analysis.divisions(table),
        "rollup": lambda: analysis.rollup(table),
        "timeline by month": lambda: analysis.timeline(table, freq="M"),
        "timeline by place and month": lambda: analysis.timeline(table, freq="M", by="place"),
        "timeline by country and day": lambda: analysis.timeline(table, freq="D", by="country"),
        "change": lambda: analysis.change(before, after),
        "bursts by place and week": lambda: analysis.bursts(table, freq="W"),
        "bursts by country and day": lambda: analysis.bursts(table, freq="D", by="country"),
        "comentions in a sentence": lambda: analysis.comentions(table),
        "comentions in an article, without lines": lambda: analysis.comentions(table, within="article", lines=False),
        "comentions in an article": lambda: analysis.comentions(table, within="article", min_count=2),
        "compare by place": lambda: analysis.compare(before, after),
        "silence": lambda: analysis.silence(table),
        "by_area, countries": lambda: analysis.by_area(table),
        "by_area, US states": lambda: analysis.by_area(table, within="us_state"),
        "by_area, own shapes": lambda: analysis.by_area(table, within=states),
        "join_shapes": lambda: analysis.join_shapes(table, states),
        "by_area, H3": lambda: analysis.by_area(table, within="h3", resolution=3),
        "mean_center": lambda: analysis.mean_center(table, by="country"),
        "movement": lambda: analysis.movement(table),
        "density": lambda: analysis.density(table, bandwidth_km=200.0, step=1.0),
        "focus": lambda: analysis.focus(table),
        "datelines": lambda: analysis.datelines(table),
        "boilerplate": lambda: analysis.boilerplate(table),
    }
    analysis.countries(table[:1000])
    states = geomap.shapes("us_state")
    rows = []
    for name, call in calls.items():
        busy, seconds, held = measured(call)
        over = busy >= TARGET_SECONDS or held >= TARGET_SIZE * size
        rows.append((name, round(busy, 2), round(seconds, 2), round(held / size, 2), "over" if over else ""))
    print(f"{len(table):,} mentions, {size / 1e6:.0f} MB; {platform.processor() or platform.machine()}, Python "
          f"{platform.python_version()}, pandas {pd.__version__}; load {os.getloadavg()[0]:.1f}")  # fmt: skip
    print(
        pd.DataFrame(rows, columns=["verb", "seconds", "on the wall", "times the table", "target"]).to_string(
            index=False
        )
    )


if __name__ == "__main__":
    main()
