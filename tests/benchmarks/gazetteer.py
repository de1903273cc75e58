"""Measure a gazetteer of GeoNames' size: build, memory, disk, look-ups, misspellings.

``python tests/benchmarks/gazetteer.py`` writes a synthetic dump (13 million places, 25 million names; the places of the
embedded gazetteer among them, all else invented), builds the gazetteer from it in a separate process and prints the
figures. ``--places 1.3e6`` is a tenth of that. Needs about 8 GB in the temporary folder; writes nothing elsewhere.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import statistics
import string
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from geomap.gazetteer import Gazetteer, fold
from geomap.gazetteer._embedded import ensure_index
from geomap.gazetteer._geonames import build_geonames
from geomap.gazetteer._store import Store

SEED = 4
COMMON = ("San Antonio", "Springfield", "San José", "Santa María", "Newtown", "Union", "La Esperanza", "Buena Vista")
GENERIC = ("Creek", "Lake", "Hill", "School", "Church", "Río", "San", "Santa", "Mount", "Cerro", "Wadi", "Gora", "Ban")
CODES = ("P\tPPL", "P\tPPL", "P\tPPL", "H\tSTM", "T\tHLL", "S\tSCH", "L\tLCTY", "A\tADM4", "S\tFRM", "T\tMT")
COUNTRIES = ("US", "CN", "IN", "MX", "RU", "ID", "NO", "FR", "DE", "BR", "PK", "IR", "TH", "AU", "CA", "ZA")
OTHERS_PER_PLACE = 0.92


def vocabulary(count: int) -> list[str]:
    """Return invented words of two to four syllables, most of them rare."""
    draw = random.Random(SEED)
    onsets = ["", *"bcdfghjklmnprstvyz", "ch", "sh", "th", "kr", "tr", "br", "st", "gr", "kh", "zh"]
    syllables = [
        a + b + c for a in onsets for b in ("a", "e", "i", "o", "u", "ai", "ou") for c in ("", "n", "r", "l", "k")
    ]
    found: set[str] = set()
    while len(found) < count:
        found.add("".join(draw.choices(syllables, k=draw.choice((2, 2, 3, 3, 3, 4)))))
    return sorted(word.capitalize() for word in found if len(word) > 2)


def invented_names(count: int, words: list[str]) -> Iterator[str]:
    """Yield names of one to three words."""
    draw = random.Random(SEED + 1)
    draw.shuffle(words)
    often, size = words[:50_000], len(words)
    for _ in range(count):
        shape = draw.random()
        word = words[int(draw.random() * size)]
        if shape < 0.45:
            yield word
        elif shape < 0.70:
            yield f"{word} {GENERIC[int(draw.random() * len(GENERIC))]}"
        elif shape < 0.92:
            yield f"{often[int(draw.random() ** 3 * 50_000)]} {word}"
        else:
            yield f"{GENERIC[int(draw.random() * len(GENERIC))]} {often[int(draw.random() ** 3 * 50_000)]} {word}"


def write_dump(folder: Path, places: int, cache: Path) -> None:
    """Write ``allCountries.txt`` and ``alternateNamesV2.txt``."""
    draw = random.Random(SEED + 2)
    store = Store(ensure_index(cache))
    words = vocabulary(max(int(places * 0.42), 10_000))
    row = "{}\t{}\t{}\t\t{:.5f}\t{:.5f}\t{}\t{}\t\t{}\t{}\t\t\t{}\t\t\tEtc/UTC\t2024-01-01\n"
    free = iter(range(20_000_000, 20_000_000 + 2 * places))
    with (folder / "allCountries.txt").open("w", encoding="utf-8") as file:
        known = 0
        for place in store.places():
            if place.geonameid is not None:
                code = f"{place.feature_class}\t{place.feature_code or ''}"
                codes = (place.country_code or "", place.admin1_code or "", place.admin2_code or "")
                names = place.geonameid, place.name, place.name
                file.write(row.format(*names, place.lat, place.lon, code, *codes, place.population))
                known += 1
        for name in COMMON:
            for _ in range(4000 * places // 13_000_000):
                where = draw.uniform(-60, 70), draw.uniform(-180, 180)
                file.write(row.format(next(free), name, name, *where, "P\tPPL", draw.choice(COUNTRIES), "01", "", 0))
        for name in invented_names(places - known, words):
            people = int(draw.paretovariate(0.5)) * 100 if draw.random() < 0.04 else 0
            file.write(
                row.format(
                    next(free), name, name, draw.random() * 120 - 50, draw.random() * 360 - 180,
                    CODES[int(draw.random() * 10)], COUNTRIES[int(draw.random() * 16)], f"{int(draw.random() * 40):02d}",
                    f"{int(draw.random() * 400):03d}", min(people, 30_000_000),
                )
            )  # fmt: skip
        last = next(free)
    with (folder / "alternateNamesV2.txt").open("w", encoding="utf-8") as file:
        for number, name in enumerate(invented_names(int(places * OTHERS_PER_PLACE), words)):
            language = ("", "en", "es", "fr", "de")[number % 5]
            historic = "1" if number % 50 == 0 else ""
            geonameid = 20_000_000 + int(draw.random() * (last - 20_000_000))
            file.write(f"{number}\t{geonameid}\t{language}\t{name}\t\t\t\t{historic}\t\t\n")


def build(folder: Path, cache: Path) -> None:
    """Build in this process and print time and memory."""
    started, cpu = time.perf_counter(), time.process_time()
    stages: dict[str, float] = {}

    def progress(stage: str, done: int, total: int) -> None:
        if stage not in stages or done == total:
            stages[stage] = time.perf_counter() - started
            print(
                f"  {stage} {done / total:.0%} after {stages[stage]:.0f} s, {time.process_time() - cpu:.0f} s of CPU",
                flush=True,
            )

    path = build_geonames(folder, cache_dir=cache, progress=progress)
    print(f"built in {time.perf_counter() - started:.0f} s, {time.process_time() - cpu:.0f} s of CPU")
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")
    print(f"on disk {path.stat().st_size / 1e9:.2f} GB")


def look_up(cache: Path) -> None:
    """Print look-ups a second, on names drawn from the index, and what common names give."""
    gazetteer = Gazetteer("geonames", cache_dir=cache)
    info = gazetteer.info()
    print(f"{info['places']:,} places, {info['names']:,} names")
    store = Store(Path(str(info["path"])))
    draw = random.Random(SEED)
    rows = draw.sample(range(1, int(str(info["places"]))), 50_000)
    names = [place.name for row in rows if (place := store.by_row(row))]
    gazetteer.candidates(names)
    # Of this process's CPU time, as is the build's: other processes may share the machine.
    started = time.process_time()
    gazetteer.candidates(names)
    print(f"{len(set(names)) / (time.process_time() - started):,.0f} warm look-ups a second, folding included")
    started = time.process_time()
    table = gazetteer.lookup(names[:10_000], limit=10)
    seconds = time.process_time() - started
    print(f"{10_000 / seconds:,.0f} names a second looked up into one table of {len(table):,} rows")
    for name in COMMON[:4]:
        started = time.perf_counter()
        found = gazetteer.candidates([name], limit=100)[name]
        milliseconds = 1000 * (time.perf_counter() - started)
        most = found[0]
        print(f"{name}: {len(found):,} candidates in {milliseconds:.1f} ms, first {most.place_id}, {most.population:,}")


def misspelled(name: str, draw: random.Random) -> str:
    """Return a name with one letter inserted, left out, exchanged or swapped, transliterated or inflected otherwise."""
    at = draw.randrange(len(name))
    letter = draw.choice(string.ascii_lowercase)
    kind = draw.randrange(6)
    if kind == 0:
        return name[:at] + letter + name[at:]
    if kind == 1:
        return name[:at] + name[at + 1 :]
    if kind == 2:
        return name[:at] + letter + name[at + 1 :]
    if kind == 3:
        return name[: max(at - 1, 0)] + name[max(at - 1, 0) : at + 1][::-1] + name[at + 1 :]
    if kind == 4:
        pairs = (("ou", "u"), ("y", "i"), ("k", "q"), ("c", "k"), ("sh", "sch"), ("kh", "h"), ("ee", "i"), ("v", "w"))
        changed = [name.replace(a, b, 1) for a, b in pairs if a in name] + [
            name.replace(b, a, 1) for a, b in pairs if b in name
        ]
        return draw.choice(changed) if changed else name + "h"
    return name[: -1 if name[-1] in "aeiou" else None] + draw.choice(("a", "u", "om", "da", "en", "e", "i", "ie"))


def misspell(cache: Path, source: str) -> None:
    """Print how often the right place is among the first ten for 1,000 misspelled names, and how long that takes."""
    gazetteer, draw = Gazetteer(source, cache_dir=cache), random.Random(SEED)
    names = Gazetteer(cache_dir=cache)
    known = [
        place
        for row in draw.sample(range(1, 120_000), 4000)
        if (place := names._store.by_row(row))
        and place.geonameid
        and place.feature_class == "P"
        and len(fold(place.name)) > 4
    ]
    right = first = asked = unknown = 0
    times, invented = [], 0
    for place in known:
        folded = fold(place.name)
        # A place that its right name does not bring among the first ten is not lost by a wrong one.
        if asked == 1000 or place.row not in [each.row for each in names.candidates([folded])[folded][:5]]:
            continue
        wrong = misspelled(folded, draw)
        if gazetteer.candidates([wrong])[wrong]:
            unknown += 1
            continue
        asked += 1
        started = time.perf_counter()
        found = [each.geonameid for each, _ in gazetteer.fuzzy(wrong, limit=10)]
        times.append(time.perf_counter() - started)
        right += place.geonameid in found
        first += found[:1] == [place.geonameid]
    for _ in range(300):
        nothing = "".join(draw.choices(string.ascii_lowercase, k=draw.randint(6, 12)))
        invented += bool(gazetteer.fuzzy(nothing, limit=1))
    times.sort()
    print(f"{source}: of {asked} misspellings {right / asked:.1%} among the first ten, {first / asked:.1%} first")
    print(
        f"  {unknown} more were the name of another place; {invented / 300:.1%} of 300 strings of letters found a name"
    )
    print(
        f"  median {1000 * statistics.median(times):.1f} ms, 95th percentile {1000 * times[int(0.95 * len(times))]:.1f} ms, "
        f"longest {1000 * times[-1]:.1f} ms"
    )


def main() -> None:
    """Write, build, measure."""
    options = argparse.ArgumentParser(description="Measure a gazetteer of GeoNames' size.")
    options.add_argument("--places", type=float, default=13e6, help="places of the synthetic dump")
    options.add_argument("--folder", type=Path, help="keep the dump and the index here, and reuse them")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        dump, cache = folder / "dump", folder / "cache"
        dump.mkdir(parents=True, exist_ok=True)
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        # Each part in a fresh process, whose memory nothing has grown before.
        context = multiprocessing.get_context("spawn")
        steps: list[tuple[Callable[..., None], tuple[object, ...]]] = [
            (look_up, (cache,)),
            (misspell, (cache, "embedded")),
            (misspell, (cache, "geonames")),
        ]
        if not list(cache.glob("geonames-*.gazetteer")):
            steps.insert(0, (build, (dump, cache)))
        if not (dump / "alternateNamesV2.txt").is_file():
            steps.insert(0, (write_dump, (dump, int(chosen.places), cache)))
        for step, arguments in steps:
            process = context.Process(target=step, args=arguments)
            process.start()
            process.join()
            if process.exitcode:
                raise SystemExit(process.exitcode)


if __name__ == "__main__":
    main()
