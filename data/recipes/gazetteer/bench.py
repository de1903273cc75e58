"""Measure the embedded gazetteer: time to build its index, to open it, look-ups a second, memory.

``python data/recipes/gazetteer/bench.py`` prints the figures; nothing is written outside a temporary folder.
"""

from __future__ import annotations

import multiprocessing
import random
import tempfile
import time
from pathlib import Path

from geomap.gazetteer import Gazetteer, fold

LOOKUPS = 100_000


def resident_mib() -> float:
    """Return the memory of this process in MiB, on Linux."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def main() -> None:
    """Build once, then look names up in the order of a shuffled sample, common and rare alike."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        names = [entry.folded for entry in Gazetteer(cache_dir=folder).iter_names()]
        print(f"build, open, read {len(names):,} names: {time.perf_counter() - started:.1f} s")
        path = next(Path(folder).glob("*.gazetteer"))
        print(f"index: {path.stat().st_size / 1e6:.1f} MB")
        sample = random.Random(1).sample(names, LOOKUPS)
        # In a fresh process, whose memory nothing has grown before.
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            pool.apply(look_up, (folder, sample))
        started = time.perf_counter()
        for name in sample:
            fold(name.title())
        print(f"{LOOKUPS / (time.perf_counter() - started):,.0f} foldings a second")


def look_up(folder: str, sample: list[str]) -> None:
    """Print look-ups a second and the memory they took."""
    before = resident_mib()
    gazetteer = Gazetteer(cache_dir=folder)
    gazetteer.candidates(["Mosul"])
    gazetteer.country_name("IQ")
    gazetteer.admin1_name("IQ", "15")
    started = time.perf_counter()
    found = 0
    for first in range(0, LOOKUPS, 1000):
        found += sum(map(len, gazetteer.candidates(sample[first : first + 1000]).values()))
    seconds = time.perf_counter() - started
    print(f"{LOOKUPS / seconds:,.0f} exact look-ups a second ({found:,} candidates)")
    print(f"memory: {resident_mib() - before:.1f} MiB more")


if __name__ == "__main__":
    main()
