"""A slice of the simulation that holds intervals and p-values: tests/benchmarks/intervals.py has the whole."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
DRAWS = 400
# Four standard errors of so many draws at 0.95 are 0.044; where nothing is continuous the worst rate lies a little lower.
SLACK = 0.06


@pytest.fixture(scope="module")
def simulated() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        import intervals

        return intervals


@pytest.mark.slow
@pytest.mark.parametrize("number", [5, 100])
def test_every_interval_covers_and_every_test_rejects_as_often_as_it_says(simulated: ModuleType, number: int) -> None:
    patterns = {"autocorrelation", "hot_spots"}
    for claim in simulated.CLAIMS:
        if claim.verb not in patterns and "any q" not in claim.reports:
            draws = DRAWS if claim.draws == simulated.DRAWS else 60
            slack = SLACK if draws == DRAWS else 0.15
            found = simulated.held(claim, number, draws=draws, seed=1)
            if claim.test:
                assert max(found) <= simulated.ALPHA + slack, (claim.verb, claim.reports, found)
            else:
                assert min(found) >= simulated.LEVEL - slack, (claim.verb, claim.reports, found)


def test_the_page_has_a_row_for_every_claim(simulated: ModuleType) -> None:
    page = simulated.PAGE.read_text("utf-8")
    for claim in simulated.CLAIMS:
        assert f"| {claim.verb} | {claim.reports} |" in page
