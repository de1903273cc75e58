"""Compare how fast two recognizers read, in turns: ``python speed.py FOLDER OTHER [--rounds 7]``.

Both read the articles of the sample corpora on one thread, one after the other in every round and in changing order, so that
what else the machine does meets both alike. Times are seconds of the processor, not of the clock.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from geomap.recognition._neural import NeuralRecognizer

SAMPLES = [Path(__file__).resolve().parents[2] / "corpora" / name / "gold.jsonl" for name in ("mosul", "world")]


def paired(recognizers: Sequence[NeuralRecognizer], texts: Sequence[str], rounds: int) -> list[list[float]]:
    """Return for each recognizer its seconds by round; a first round that is not counted warms both up."""
    seconds: list[list[float]] = [[] for _ in recognizers]
    for number in range(rounds + 1):
        order = range(len(recognizers)) if number % 2 else reversed(range(len(recognizers)))
        for place in order:
            begun = time.process_time()
            recognizers[place].recognize(texts)
            if number:
                seconds[place].append(time.process_time() - begun)
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs=2, type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    rows = [json.loads(line) for path in SAMPLES for line in path.read_text("utf-8").splitlines()]
    texts = [row["text"] for row in rows]
    first, other = paired([NeuralRecognizer(folder, threads=1) for folder in given.folders], texts, given.rounds)
    words = sum(len(text.split()) for text in texts)
    for folder, seconds in zip(given.folders, (first, other), strict=True):
        print(f"{folder}: {statistics.median(seconds):.2f} s for {len(texts)} articles, {words} words")
    ratios = sorted(late / early for early, late in zip(first, other, strict=True))
    print(f"the second takes {statistics.median(ratios):.3f} of the first's time ({ratios[0]:.3f} to {ratios[-1]:.3f})")


if __name__ == "__main__":
    main()
