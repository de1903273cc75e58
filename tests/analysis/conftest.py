"""The sample corpus, geoparsed once, for the tests of the analysis verbs."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import geomap
from geomap.gazetteer import Gazetteer

MOSUL = Path(__file__).resolve().parents[2] / "data" / "corpora" / "mosul"


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Return the reports of the sample corpus, without the gold files that lie beside them."""
    folder = tmp_path_factory.mktemp("mosul")
    for path in [*MOSUL.glob("mosul_*.txt"), MOSUL / "articles.csv"]:
        shutil.copy(path, folder)
    return geomap.read_articles(folder)


@pytest.fixture(scope="session")
def mentions(articles: pd.DataFrame, gazetteer: Gazetteer) -> gpd.GeoDataFrame:
    """Return the mentions of the sample corpus."""
    parser = geomap.Geoparser(recognizer="gazetteer", ranker="hand-set", gazetteer=gazetteer)
    return parser.geoparse(articles)
