"""Hold every interval and p-value that geomap reports by simulation: coverage against level, size against alpha.

    python tests/benchmarks/intervals.py [--write] [--only WORDS] [--draws NUMBER]

Data are drawn from models whose truth is known, at 5 to 5,000 articles and rates from 0 to 1, and given to the code that
the verbs call. ``--write`` puts the table into docs/statistics.md. What is a closed form is drawn 10,000 times for each
number and rate, what is itself a simulation (bootstrap, permutations) 500 times.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pages import ROOT, markdown

from geomap import analysis
from geomap.analysis._coverage import against_sample, against_share
from geomap.analysis._intervals import adjusted, log_odds, share_interval, sum_interval
from geomap.evaluation._bootstrap import draw, interval, weighted_median
from geomap.evaluation._bootstrap import share_interval as share_interval_of
from geomap.evaluation._sampling import _estimate

LEVEL, ALPHA = 0.95, 0.05
NUMBERS = (5, 20, 100, 500, 5000)
RATES = (0.0, 0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999, 1.0)
INNER = tuple(rate for rate in RATES if 0 < rate < 1)
DRAWS, SIMULATED = 10_000, 500
PAGE = ROOT / "docs" / "statistics.md"

Random = np.random.Generator
# How often the interval held the truth, or the test rejected it, in so many draws at a number of articles and a rate.
Held = Callable[[int, float, int, Random], float]


class Claim(NamedTuple):
    """One interval or p-value, and how to see what it claims."""

    verb: str
    reports: str
    held: Held
    rates: tuple[float, ...] = RATES
    numbers: tuple[int, ...] = NUMBERS
    draws: int = DRAWS
    test: bool = False


def of_share(number: int, rate: float, draws: int, random: Random) -> float:
    hits = random.binomial(number, rate, draws)
    low, high = share_interval(np.arange(number + 1), number, level=LEVEL)
    return _holding(low[hits], high[hits], rate)


def of_odds(larger: int, times: float) -> Held:
    """Return how often the interval of the log odds ratio holds it: the other side is larger, the odds so many times."""

    def held(number: int, rate: float, draws: int, random: Random) -> float:
        other = min(number * larger, NUMBERS[-1])
        odds = rate / (1 - rate)
        a, b = random.binomial(number, times * odds / (1 + times * odds), draws), random.binomial(other, rate, draws)
        found = log_odds(a, number, b, other, level=LEVEL)
        return _holding(found["low"].to_numpy(), found["high"].to_numpy(), np.log(times))

    return held


def of_fisher(larger: int) -> Held:
    """Return how often p is at most alpha where both sides are alike, the other so many times larger."""

    def held(number: int, rate: float, draws: int, random: Random) -> float:
        other = min(number * larger, NUMBERS[-1])
        a, b = random.binomial(number, rate, draws), random.binomial(other, rate, draws)
        return float((log_odds(a, number, b, other, level=LEVEL)["p"] <= ALPHA).mean())

    return held


def of_adjusted(number: int, rate: float, draws: int, random: Random) -> float:
    """Return how often any q of fifty groups is at most alpha where none differs."""
    a, b = random.binomial(number, rate, (2, draws * 50))
    p = log_odds(a, number, b, number, level=LEVEL)["p"].to_numpy().reshape(draws, 50)
    return float(np.mean([bool((adjusted(groups) <= ALPHA).any()) for groups in p]))


def of_silence(what: str, *, sampled: bool, times: float = 1.0) -> Held:
    """Return how often the ratio's interval holds it, or p is at most alpha, against a share or another sample."""

    def held(number: int, rate: float, draws: int, random: Random) -> float:
        observed = random.binomial(number, min(rate * times, 1.0), draws)
        if sampled:
            weight = random.binomial(number, rate, draws).astype(float)
            _, low, high, p = against_sample(observed, number, weight, float(number), level=LEVEL)
        else:
            _, low, high, p = against_share(observed, number, np.full(draws, rate), 1.0, level=LEVEL)
        if what == "p":
            return float((p <= ALPHA).mean())
        known = ~np.isnan(high)
        return _holding(low[known], high[known], times)

    return held


def of_sum(number: int, rate: float, draws: int, random: Random) -> float:
    """Return how often the interval holds the number of right mentions, whose chances differ around the rate."""
    chances = random.beta(4 * rate, 4 * (1 - rate), number) if 0 < rate < 1 else np.full(number, rate)
    low, high = sum_interval(np.zeros(number, dtype=np.int64), chances, 1, level=LEVEL)
    step = max(1, 2_000_000 // number)
    right = np.concatenate(
        [(random.random((min(step, draws - at), number)) < chances).sum(axis=1) for at in range(0, draws, step)]
    )
    return _holding(low, high, right)


def of_precision(number: int, rate: float, draws: int, random: Random) -> float:
    """Return how often the interval holds the share right of twenty times as many mentions, in four unlike strata."""
    mentions = np.array([1, 2, 5, 12]) * number
    labeled = np.maximum(1, np.round(mentions / mentions.sum() * number)).astype(int)
    right = random.binomial(mentions, np.clip(rate * np.array([0.4, 0.7, 1.0, 1.1]), 0, 1), (draws, 4))
    drawn = random.hypergeometric(right, mentions - right, labeled)
    ends = [_estimate(np.column_stack([mentions, labeled, row]).astype(float), LEVEL)[1:] for row in drawn]
    low, high = np.array(ends).T
    return _holding(low, high, right.sum(axis=1) / mentions.sum())


def of_bootstrap(score: str) -> Held:
    """Return how often the bootstrap's interval holds a score: articles of one to eleven mentions, alike within."""

    def held(number: int, rate: float, draws: int, random: Random) -> float:
        weights = draw([str(article) for article in range(number)], times=1000, seed=0)
        hits = 0
        for _ in range(draws):
            sizes = 1 + random.binomial(10, 0.3, number)
            article = np.repeat(np.arange(number), sizes)
            right = random.random(sizes.sum()) < _alike(rate, number, random)[article]
            if score == "share":
                values, truth = weights.mean(article, right), rate
            elif score == "difference":
                other = random.random(sizes.sum()) < _alike(rate, number, random)[article]
                values, truth = weights.mean(article, other) - weights.mean(article, right), 0.0
            else:
                km = np.where(right, 0.0, 100.0) + random.exponential(50.0, sizes.sum())
                values, truth = weighted_median(weights, article, km), _median_km(rate)
            _, low, high = (share_interval_of if score == "share" else interval)(values, number)
            hits += low <= truth <= high
        return hits / draws

    return held


def _alike(rate: float, number: int, random: Random) -> np.ndarray:
    return random.beta(6 * rate, 6 * (1 - rate), number) if 0 < rate < 1 else np.full(number, rate)


@cache
def _median_km(rate: float) -> float:
    """Return the distance below which half the mentions are: exponential, a hundred farther where wrong."""
    km = np.linspace(0, 1000, 1_000_001)
    below = rate * -np.expm1(-km / 50) + (1 - rate) * -np.expm1(-np.maximum(km - 100, 0) / 50)
    return float(km[np.searchsorted(below, 0.5)])


def of_space(what: str) -> Held:
    """Return how often a pattern is found in counts dealt out to a board of areas without regard to where they are."""

    def held(number: int, rate: float, draws: int, random: Random) -> float:
        side = max(4, round(number**0.5))
        boxes = [shapely.box(x, y, x + 1, y + 1) for y in range(side) for x in range(side)]
        found = []
        for turn in range(draws):
            board = gpd.GeoDataFrame({"n": random.poisson(5 * rate, side * side)}, geometry=boxes, crs="EPSG:4326")
            if what == "p":
                table = analysis.autocorrelation(board, value="n", permutations=199, seed=turn)
                found.append(float(table["p"].iloc[0] <= ALPHA))
            else:
                table = analysis.hot_spots(board, value="n", permutations=199, seed=turn)
                found.append(float((table[what] <= ALPHA).mean()))
        return float(np.mean(found))

    return held


def _holding(low: np.ndarray, high: np.ndarray, truth: object) -> float:
    return float(((low <= truth) & (truth <= high)).mean())


CLAIMS = (
    Claim("share_interval, focus_accuracy", "low, high", of_share),
    Claim("compare, change, keywords", "low, high; sides alike", of_odds(1, 1.0), INNER),
    Claim("compare, change, keywords", "low, high; ten times the odds", of_odds(1, 10.0), INNER),
    Claim("compare, change, keywords", "low, high; ten times the articles", of_odds(10, 3.0), INNER),
    Claim("compare, change, keywords", "p", of_fisher(1), test=True),
    Claim("compare, change, keywords", "p; ten times the articles", of_fisher(10), test=True),
    Claim("compare, change, keywords", "any q of 50 groups", of_adjusted, draws=2000, test=True),
    Claim("silence", "ratio_low, ratio_high", of_silence("ratio", sampled=False), RATES[1:]),
    Claim("silence", "ratio_low, ratio_high; half expected", of_silence("ratio", sampled=False, times=0.5), RATES[1:]),
    Claim("silence", "p", of_silence("p", sampled=False), RATES[1:], test=True),
    Claim("silence by another table", "ratio_low, ratio_high", of_silence("ratio", sampled=True), RATES[1:]),
    Claim("silence by another table", "p", of_silence("p", sampled=True), RATES[1:], test=True),
    Claim("places, countries, divisions, rollup", "expected_low, expected_high", of_sum),
    Claim("evaluation.precision", "low, high", of_precision),
    Claim(
        "evaluate, breakdown, reliability, distances", "low, high of a share", of_bootstrap("share"), draws=SIMULATED
    ),
    Claim("evaluate", "low, high of a median", of_bootstrap("median"), INNER[::4], (5, 20, 100, 500), SIMULATED),
    Claim("evaluation.difference", "low, high", of_bootstrap("difference"), RATES, (5, 20, 100, 500), SIMULATED),
    Claim("autocorrelation", "p", of_space("p"), (0.02, 0.2, 1.0), (20, 100, 500), SIMULATED, test=True),
    Claim("hot_spots", "local_p", of_space("local_p"), (0.02, 0.2, 1.0), (20, 100), SIMULATED, test=True),
    Claim("hot_spots", "gi_p", of_space("gi_p"), (0.02, 0.2, 1.0), (20, 100), SIMULATED, test=True),
)


def held(claim: Claim, number: int, *, draws: int | None = None, seed: int = 0) -> list[float]:
    """Return the coverage or size of a claim at each of its rates."""
    return [
        claim.held(number, rate, draws or claim.draws, np.random.default_rng([seed, number, place]))
        for place, rate in enumerate(claim.rates)
    ]


def summary(claims: Iterator[Claim] | tuple[Claim, ...], *, draws: int | None = None) -> pd.DataFrame:
    """Return a row for each claim: at each number of articles the mean over rates, and the worst."""
    rows = []
    for claim in claims:
        row: dict[str, object] = {"verb": claim.verb, "reports": claim.reports}
        row["nominal"] = f"≤ {ALPHA}" if claim.test else str(LEVEL)
        for number in NUMBERS:
            row[f"n = {number:,}"] = ""
            if number in claim.numbers:
                found = held(claim, number, draws=draws)
                row[f"n = {number:,}"] = f"{np.mean(found):.3f} ({(max if claim.test else min)(found):.3f})"
        rows.append(row)
        print(*row.values(), sep=" | ", flush=True)
    return pd.DataFrame(rows).set_index("verb")


def main() -> None:
    """Simulate what is asked for, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="words of the verbs or columns to simulate")
    parser.add_argument("--draws", type=int, help="instead of 10,000, and of 500 where each is a simulation itself")
    parser.add_argument("--write", action="store_true", help="put the table into docs/statistics.md")
    options = parser.parse_args()
    claims = tuple(claim for claim in CLAIMS if options.only in f"{claim.verb}: {claim.reports}")
    table = markdown(summary(claims, draws=options.draws), first="verb")
    if options.write:
        page = PAGE.read_text("utf-8")
        mark = "<!-- simulated -->"
        PAGE.write_text(re.sub(f"{mark}.*{mark}", lambda _: f"{mark}\n{table}\n{mark}", page, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main()
