"""Measure geomap's maps against Folium's and geopandas' own, in one run, and write ``docs/map_benchmark.md``.

    python tests/benchmarks/maps.py          # 10,000 and 100,000 mentions, then a million without words
    python tests/benchmarks/maps.py --quick  # 10,000 mentions only

Chromium is needed (as in the browser tests), and ``mapclassify`` and ``matplotlib`` for ``geopandas.explore``. The
mentions are made up: sentences of about 130 characters made of phrases of the sample corpus, all of them different, over
places drawn as unevenly as in news. Each method runs several times, in a fresh process; medians are given. The others
are Folium's recommended ways to put each mention on a map with its sentence in a popup:

- ``MarkerCluster`` with a ``Marker`` and a ``Popup`` each;
- ``FastMarkerCluster`` with a callback that binds the popups;
- ``geopandas.explore``, which makes a GeoJSON layer.

Their pages load Leaflet and more from the web; here these files are served from memory where they are known, and a page
counts as painted when its first symbol is on the screen.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pages import ROOT, markdown

if TYPE_CHECKING:
    import folium
    import geopandas as gpd

CHROMIUM = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
WAYS = ("geomap", "geomap, no words", "FastMarkerCluster", "geopandas.explore", "MarkerCluster")
PHRASE = 4  # words that stay together, so that a sentence compresses about as well as a real one
SLOW = {"MarkerCluster": 20_000}  # more mentions than that take minutes


def mentions(count: int, places: int, *, seed: int = 0) -> gpd.GeoDataFrame:
    """Return made-up mentions: every sentence different, the places as uneven as in news."""
    from geomap.tables import finish_mentions

    rng = np.random.default_rng(seed)
    words = _words()
    place = np.minimum((places * rng.power(0.35, count)).astype(int), places - 1)
    article = np.sort(rng.integers(0, max(1, count // 5), count))
    names = np.array([f"{words[i % len(words)].title()}{i}" for i in range(places)])
    lon, lat = rng.uniform(-160, 175, places), np.degrees(np.arcsin(rng.uniform(-0.75, 0.93, places)))
    phrases = rng.integers(0, len(words) - PHRASE, (count, 5))
    sentences = [_sentence(words, row, name) for row, name in zip(phrases.tolist(), names[place].tolist(), strict=True)]
    start = [sentence.find(f" {name} ") + 1 for sentence, name in zip(sentences, names[place], strict=True)]
    published = pd.Timestamp("2016-10-01", tz="UTC") + pd.to_timedelta(article % 1500, unit="D")
    table = pd.DataFrame({"article_id": [f"a{number}" for number in article.tolist()], "field": "text"})
    table = table.assign(start=start, end=np.array(start) + [len(name) for name in names[place]])
    table = table.assign(toponym=names[place], kind="toponym", status="resolved", sentence=sentences)
    table = table.assign(
        confidence=np.round(rng.beta(6, 1.5, count), 4), place_id=[f"x:{one}" for one in place.tolist()]
    )
    table = table.assign(name=names[place], country_code="XX", country="Country", admin1="Division")
    table = table.assign(feature_class="P", feature_code="PPL", title=[f"Article {one}" for one in article.tolist()])
    table = table.assign(published=published, source=[f"Source {one % 40}" for one in article.tolist()])
    table = table.assign(url=[f"https://example.org/{one}" for one in article.tolist()], lon=lon[place], lat=lat[place])
    return finish_mentions(table)


def _words() -> list[str]:
    """Return the words of the sample corpus, as they follow each other."""
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "data" / "corpora" / "mosul").glob("*.txt"))]
    return [word for word in " ".join(texts).split() if word.strip(".,;:!?\"'()").isalpha()]


def _sentence(words: list[str], begins: list[int], name: str) -> str:
    """Return phrases of the corpus in a row, with the name in the middle."""
    phrases = [" ".join(words[begin : begin + PHRASE]) for begin in begins]
    return f"{' '.join(phrases[:2])} {name} {' '.join(phrases[2:])}."


def draw(way: str, table: gpd.GeoDataFrame, path: Path) -> None:
    """Make a map and write it."""
    import geomap.maps

    if way.startswith("geomap"):
        words = "none" if "no words" in way else "full"
        geomap.maps.save_html(geomap.maps.explore(table), path, text=words)
    else:
        _others(way, table).save(str(path))


def _others(way: str, table: gpd.GeoDataFrame) -> folium.Map:
    import folium
    from folium.plugins import FastMarkerCluster, MarkerCluster

    if way == "geopandas.explore":
        shown = table[["toponym", "sentence", "title", "source", "url", "geometry"]]
        explored: folium.Map = shown.explore(popup=True, tooltip=False, tiles=None)
        return explored
    m = folium.Map(tiles=None)
    m.options["max_zoom"] = 18
    lat, lon = table.geometry.y.tolist(), table.geometry.x.tolist()
    if way == "MarkerCluster":
        cluster = MarkerCluster().add_to(m)  # type: ignore[no-untyped-call]
        for at, sentence in zip(zip(lat, lon, strict=True), table["sentence"], strict=True):
            folium.Marker(at, popup=folium.Popup(sentence)).add_to(cluster)
    else:
        callback = "function (row) { return L.marker([row[0], row[1]]).bindPopup(String(row[2])); }"
        rows = list(map(list, zip(lat, lon, table["sentence"].tolist(), strict=True)))
        FastMarkerCluster(rows, callback=callback).add_to(m)  # type: ignore[no-untyped-call]
    return m


def build(way: str, count: int, places: int, path: Path) -> None:
    """In a process of its own: time making and writing a map, and what memory it takes; print both as JSON."""
    table = mentions(count, places)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        draw(way, table.head(50), path)  # libraries load outside the measure
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.perf_counter()
        draw(way, table, path)
    seconds = time.perf_counter() - started
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps({"build s": seconds, "added MB": memory, "file MB": path.stat().st_size / 1e6}))


def opened(path: Path, assets: dict[str, Path], times: int) -> dict[str, float]:
    """Return the medians of how long a page takes to paint its first symbol, and to answer its time brush."""
    from playwright.sync_api import sync_playwright

    found: dict[str, list[float]] = {"first paint ms": [], "filter ms": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which(os.environ.get("CHROMIUM", "chromium")), args=CHROMIUM
        )
        for _ in range(times):
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.set_default_timeout(120_000)
            page.add_init_script(_WATCH)
            page.route("http*://**/*", lambda route: _answer(route, assets))
            page.goto(path.as_uri(), wait_until="commit")
            page.wait_for_selector("html[data-painted]", state="attached")
            found["first paint ms"].append(float(page.get_attribute("html", "data-painted") or "nan"))
            brushed = page.evaluate(_BRUSH)
            if brushed is not None:
                found["filter ms"].append(brushed)
            page.close()
        browser.close()
    return {name: statistics.median(values) for name, values in found.items() if values}


_WATCH = """(() => {
    const look = () => {
        const there = document.querySelector("[data-geomap-drawn]:not([data-geomap-drawn='0'])")
            || document.querySelector(".leaflet-marker-icon, path.leaflet-interactive");
        if (there) {
            requestAnimationFrame(() => setTimeout(() => {
                document.documentElement.dataset.painted = performance.now();
            }));
        } else {
            setTimeout(look, 4);
        }
    };
    look();
})();"""
_BRUSH = """async () => {
    const key = Object.keys(window).find((name) => name.startsWith("places_layer_"));
    if (!key || !window[key].model) return null;
    const { model } = window[key];
    const taken = [];
    for (let i = 0; i < 8; i += 1) {
        const started = performance.now();
        model.set({ from: model.edges[i * 4], to: model.edges[i * 4 + 12] - 1 });
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        taken.push(performance.now() - started);
    }
    return taken.sort((a, b) => a - b)[4];
}"""


def _answer(route: Any, assets: dict[str, Path]) -> None:
    name = route.request.url.split("?")[0].rsplit("/", 1)[-1]
    if name in assets:
        route.fulfill(path=assets[name])
    else:
        route.abort()


def assets(folder: Path) -> dict[str, Path]:
    """Return the scripts and styles that the others' pages link to, from npm."""
    packages = {
        "leaflet@1.9.4": ("leaflet.js", "leaflet.css"),
        "leaflet.markercluster@1.5.3": ("leaflet.markercluster.js", "MarkerCluster.css", "MarkerCluster.Default.css"),
        "jquery@3.7.1": ("jquery.min.js",),
    }
    found = {}
    for package, names in packages.items():
        install = ["npm", "install", "--silent", "--no-save", package]
        subprocess.run(install, cwd=folder, check=True, capture_output=True)
        for name in names:
            kept = folder / f"kept-{name}"
            kept.write_bytes((folder / "node_modules" / package.split("@")[0] / "dist" / name).read_bytes())
            found[name] = kept
    return found | {"jquery-3.7.1.min.js": found["jquery.min.js"]}


def measure(way: str, count: int, places: int, files: dict[str, Path], times: int) -> dict[str, object]:
    """Return the medians of one way to make a map of that many mentions."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.html"
        command = [sys.executable, __file__, "--build", way, str(count), str(places), str(path)]
        runs = [json.loads(_output(command)) for _ in range(times)]
        built = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
        return {"mentions": count, "places": places, "map": way} | built | opened(path, files, times)


def _output(command: list[str]) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()[-1]


def two_decimals(value: float) -> str:
    """Format a measure: two decimals below 100, none above."""
    if value != value:
        return ""
    return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


def main() -> None:
    """Measure all, and write."""
    parser = argparse.ArgumentParser(
        description="Compare geomap's maps with Folium's and geopandas'; write docs/map_benchmark.md."
    )
    parser.add_argument("--quick", action="store_true", help="10,000 mentions only")
    parser.add_argument("--times", type=int, default=3, help="how often everything runs")
    parser.add_argument("--build", nargs=4, metavar=("WAY", "MENTIONS", "PLACES", "PATH"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.build:
        way, count, places, path = options.build
        build(way, int(count), int(places), Path(path))
        return
    cases = [(10_000, 2_000)] if options.quick else [(10_000, 2_000), (100_000, 5_000)]
    runs = [(way, *case) for case in cases for way in WAYS if case[0] <= SLOW.get(way, case[0])]
    if not options.quick:
        runs.append(("geomap, no words", 1_000_000, 20_000))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        files = assets(Path(folder))
        for way, count, places in runs:
            rows.append(measure(way, count, places, files, options.times))
            print(rows[-1], flush=True)
    text = (
        f"# Maps: a benchmark\n\nMeasured on {dt.datetime.now(tz=dt.UTC):%Y-%m-%d} by `tests/benchmarks/maps.py`, Python "
        f"{platform.python_version()}, {os.cpu_count()} cores, headless Chromium; medians of {options.times}. What a "
        "mention's sentence is, and what the others do, is explained at the top of that script. *filter* is the time from a "
        "move of the time brush to the next frame. `MarkerCluster` is not run with 100,000 mentions: it takes minutes.\n\n"
        f"{markdown(pd.DataFrame(rows).set_index('mentions'), first='mentions', form=two_decimals)}\n"
    )
    (ROOT / "docs" / "map_benchmark.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
