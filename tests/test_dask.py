"""geomap on Dask: the same mentions and counts as without, by a real scheduler with two workers on loopback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cloudpickle
import dask
import dask.bag
import dask.dataframe
import dask_geopandas
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from corpus_parts import as_bytes, corpus, same
from distributed import Client, LocalCluster, wait

import geomap
import geomap.dask
from geomap import analysis
from geomap.errors import ColumnMissing, GeocodingMisused, InvalidTable, WrongKind

# Dask's own warnings are its own.
pytestmark = pytest.mark.filterwarnings("default")

ARTICLES = corpus(40, characters=200)
HOMES = {"Boone Courier": "Lebanon, Indiana"}


@pytest.fixture(scope="module")
def parser(gazetteer_cache: Path) -> geomap.Geoparser:
    names = geomap.Gazetteer(cache_dir=gazetteer_cache)
    return geomap.Geoparser(recognizer="gazetteer", ranker="hand-set", gazetteer=names)


@pytest.fixture(scope="module")
def whole(parser: geomap.Geoparser) -> gpd.GeoDataFrame:
    return parser.with_homes(HOMES).geoparse(ARTICLES)


@pytest.fixture
def articles() -> dask.dataframe.DataFrame:
    return dask.dataframe.from_pandas(ARTICLES, npartitions=6, sort=False)


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Return a scheduler and two workers, each a process of its own."""
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as running:
        yield running


# Here, without a cluster


def test_mentions_are_described_before_anything_is_computed(
    articles: dask.dataframe.DataFrame, whole: gpd.GeoDataFrame, parser: geomap.Geoparser
) -> None:
    def refuse(part: pd.DataFrame) -> pd.DataFrame:
        assert not len(part), "it was computed early"
        return part

    watched = articles.map_partitions(refuse, meta=articles._meta)
    mentions = geomap.dask.geoparse(watched, homes=HOMES, parser=parser)
    assert isinstance(mentions, dask_geopandas.GeoDataFrame)
    assert mentions.dtypes.astype(str).equals(whole.dtypes.astype(str))
    assert mentions.crs == whole.crs
    assert mentions.divisions == (None,) * 7


def test_a_bag_and_a_table_give_the_mentions_of_all_articles(
    articles: dask.dataframe.DataFrame, whole: gpd.GeoDataFrame, parser: geomap.Geoparser
) -> None:
    mentions = geomap.dask.geoparse(articles, homes=HOMES, parser=parser).compute(scheduler="sync")
    assert as_bytes(mentions) == as_bytes(whole)
    assert mentions.dtypes.astype(str).equals(whole.dtypes.astype(str))
    bag = dask.bag.from_sequence(ARTICLES.drop(columns="published").to_dict("records"), npartitions=3)
    of_bag = geomap.dask.geoparse(bag, homes=HOMES, parser=parser).compute(scheduler="sync")
    assert as_bytes(of_bag) == as_bytes(whole.drop(columns="desk"))


def test_homes_are_those_of_all_articles(articles: dask.dataframe.DataFrame, parser: geomap.Geoparser) -> None:
    from geomap.runs import corpus_homes

    with dask.config.set(scheduler="sync"):
        found = geomap.dask.homes(articles, parser=parser)
    assert found.equals(corpus_homes(ARTICLES, parser=parser))
    assert found["home"].notna().any()


def test_a_task_does_not_carry_the_parser(articles: dask.dataframe.DataFrame, parser: geomap.Geoparser) -> None:
    many = {f"Publisher {number}": "Mosul" for number in range(20_000)}
    parser.load()
    mentions = geomap.dask.geoparse(articles, homes=many, parser=parser)
    counted = geomap.dask.places(mentions, distinct=pd.DataFrame({"article_id": list(many), "original": "other"}))
    sizes = {str(key): len(cloudpickle.dumps(task)) for key, task in dict(counted.__dask_graph__()).items()}
    large = [key for key, size in sizes.items() if size > 10_000]
    assert len(large) == 2, large  # the parser with its homes, and the table of copies: once each
    assert all(size < 2_000 for key, size in sizes.items() if "geoparse" in key)
    assert max(sizes.values()) < 2_000_000  # a parser that was loaded goes without its model and index


def test_a_folder_is_read_in_parts(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"{number:02}.txt").write_text(f"Rain fell on Mosul on day {number}. " * 20, "utf-8")
    (tmp_path / "articles.csv").write_text("file,source,desk\n03.txt,Nineveh Post,north\n00.txt,Wire,south\n", "utf-8")
    expected = geomap.read_articles(tmp_path)
    found = geomap.dask.read_articles(tmp_path, part_bytes=2000)
    assert found.npartitions > 3
    computed = found.compute(scheduler="sync").reset_index(drop=True)
    assert computed.dtypes.astype(str).equals(found.dtypes.astype(str))
    pd.testing.assert_frame_equal(computed, expected, check_dtype=False)


def test_verbs_count_a_dask_table_as_the_whole(whole: gpd.GeoDataFrame) -> None:
    mentions = dask_geopandas.from_geopandas(whole, npartitions=5, sort=False)
    lazy = {
        "places": (geomap.dask.places(mentions), analysis.places(whole)),
        "countries": (geomap.dask.countries(mentions), analysis.countries(whole)),
        "divisions": (geomap.dask.divisions(mentions), analysis.divisions(whole)),
        "rollup": (geomap.dask.rollup(mentions, level=0.5), analysis.rollup(whole, level=0.5)),
        "timeline": (geomap.dask.timeline(mentions, by="country"), analysis.timeline(whole, by="country")),
        "bursts": (geomap.dask.bursts(mentions), analysis.bursts(whole)),
        "comentions": (geomap.dask.comentions(mentions), analysis.comentions(whole, lines=False)),
    }
    computed = dask.compute(*(value for value, _ in lazy.values()), scheduler="sync")
    for found, (_, expected) in zip(computed, lazy.values(), strict=True):
        same(found, expected)


def test_a_verb_of_the_analysis_takes_a_dask_table(whole: gpd.GeoDataFrame) -> None:
    mentions = dask_geopandas.from_geopandas(whole, npartitions=3, sort=False)
    with dask.config.set(scheduler="sync"):
        same(analysis.places(mentions), analysis.places(whole))


def test_copies_are_found_in_parts() -> None:
    rng = np.random.default_rng(1)
    words = [f"word{number}" for number in range(300)]
    stories = [" ".join(rng.choice(words, 60)) for _ in range(20)]
    texts = [f"{stories[number % 20]} {'. '.join(rng.choice(words, number % 7))}" for number in range(70)]
    table = pd.DataFrame({"article_id": [str(number) for number in range(70)], "text": texts})
    table["published"] = pd.Timestamp("2017-03-01", tz="UTC") - pd.to_timedelta(np.arange(70) % 5, unit="D")
    expected = analysis.duplicates(table)
    assert len(expected) > 40
    parts = dask.dataframe.from_pandas(table, npartitions=7, sort=False)
    same(geomap.dask.duplicates(parts).compute(scheduler="sync"), expected)


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        (ARTICLES, WrongKind, "from_pandas"),
        ("news/", WrongKind, "Dask DataFrame"),
        (dask.dataframe.from_pandas(ARTICLES[["text"]], npartitions=2), ColumnMissing, "article_id"),
    ],
)
def test_what_holds_no_articles_is_said_at_once(given: object, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        geomap.dask.geoparse(given, homes={})


def test_homes_are_asked_for(articles: dask.dataframe.DataFrame) -> None:
    with pytest.raises(InvalidTable, match=r"geomap\.dask\.homes"):
        geomap.dask.geoparse(articles)


def test_an_option_out_of_range_is_said_at_once(whole: gpd.GeoDataFrame) -> None:
    mentions = dask_geopandas.from_geopandas(whole, npartitions=2, sort=False)
    with pytest.raises(InvalidTable, match="level"):
        geomap.dask.places(mentions, level=3)
    with pytest.raises(InvalidTable, match="copies"):
        geomap.dask.places(mentions, distinct=True)
    with pytest.raises(InvalidTable, match="text"):
        geomap.dask.comentions(mentions, within="paragraph")
    with pytest.raises(WrongKind, match="Dask table"):
        geomap.dask.places(whole)


def test_a_service_is_not_asked_by_many() -> None:
    from geomap.geocoding import Service

    parser = geomap.Geoparser(fallback=Service("nominatim", user_agent="geomap-tests"))
    with pytest.raises(GeocodingMisused, match="one process"):
        geomap.dask.geoparse(dask.dataframe.from_pandas(ARTICLES, npartitions=2), homes={}, parser=parser)


def test_without_dask_the_message_says_how_to_install_it() -> None:
    code = (
        "import sys; sys.modules['dask'] = None\n"
        "import geomap, geomap.dask\n"
        "try: geomap.dask.read_articles('.')\n"
        "except geomap.errors.MissingDependency as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "pip install 'geomap-toolkit[dask]'" in done.stdout


# On a cluster


@pytest.mark.slow
@pytest.mark.network
def test_two_workers_give_the_mentions_and_the_counts_of_one_process(
    cluster: LocalCluster, articles: dask.dataframe.DataFrame, whole: gpd.GeoDataFrame, parser: geomap.Geoparser
) -> None:
    with Client(cluster.scheduler_address) as client:
        mentions = geomap.dask.geoparse(articles, homes=HOMES, parser=parser).persist()
        places, expected = geomap.dask.places(mentions).compute(), analysis.places(whole)
        same(places, expected)
        assert as_bytes(mentions.compute()) == as_bytes(whole)
        assert len(client.scheduler_info()["workers"]) == 2


@pytest.mark.slow
@pytest.mark.network
def test_a_worker_that_is_killed_loses_nothing(
    cluster: LocalCluster, whole: gpd.GeoDataFrame, parser: geomap.Geoparser
) -> None:
    articles = dask.dataframe.from_pandas(ARTICLES, npartitions=20, sort=False)
    with Client(cluster.scheduler_address) as client:
        mentions = geomap.dask.geoparse(articles, homes=HOMES, parser=parser).persist()
        workers = client.run(os.getpid)
        deadline = time.monotonic() + 60
        while not any(client.has_what().values()) and time.monotonic() < deadline:
            time.sleep(0.05)
        held = client.has_what()
        victim = max(workers, key=lambda worker: len(held.get(worker, ())))
        os.kill(workers[victim], signal.SIGKILL)
        wait(mentions)
        assert as_bytes(mentions.compute()) == as_bytes(whole)
        assert workers[victim] not in client.run(os.getpid).values()
