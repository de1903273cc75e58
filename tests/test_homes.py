"""Where publishers are at home: the table, its parts, and that with it an article's mentions depend on it alone."""

from __future__ import annotations

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from corpus_parts import as_bytes, corpus, parts
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

import geomap
from geomap.errors import ArticlesNotFound, ColumnMissing, InvalidTable, UnsupportedFormat
from geomap.resolution._homes import homes_of, known_homes, merged, write_homes

ARTICLES = corpus(24)


@pytest.fixture(scope="module")
def parser(gazetteer: geomap.Gazetteer) -> geomap.Geoparser:
    return geomap.Geoparser(gazetteer=gazetteer)


@pytest.fixture(scope="module")
def evidence(parser: geomap.Geoparser) -> pd.DataFrame:
    return parser.home_evidence(ARTICLES)


@pytest.fixture(scope="module")
def homes(parser: geomap.Geoparser, evidence: pd.DataFrame) -> pd.DataFrame:
    return homes_of(evidence, parser.gazetteer)


@pytest.fixture(scope="module")
def with_homes(gazetteer: geomap.Gazetteer, homes: pd.DataFrame) -> geomap.Geoparser:
    return geomap.Geoparser(gazetteer=gazetteer, homes=homes)


@pytest.fixture(scope="module")
def whole(with_homes: geomap.Geoparser) -> bytes:
    return as_bytes(with_homes.geoparse(ARTICLES))


def test_a_publisher_is_at_home_where_the_places_of_its_articles_lie(homes: pd.DataFrame) -> None:
    by_source = homes.set_index("source")
    assert list(by_source.index) == ["Boone Courier", "Nineveh Post", "The Wire"]
    assert by_source.loc["Nineveh Post", "country"] == "Iraq"
    assert by_source["articles"].tolist() == [6, 6, 6]
    assert by_source["share"].dropna().between(0, 1).all()


def test_a_local_paper_is_at_home_near_its_town_and_its_town_is_found(gazetteer: geomap.Gazetteer) -> None:
    local = "The council of Lebanon met. Police of Zionsville, Whitestown and Carmel agreed."
    more = "Rain fell on Whitestown, Brownsburg and Indianapolis."
    articles = pd.DataFrame({"text": [local, more], "source": "Reporter"})
    homes = geomap.homes(articles, gazetteer=gazetteer)
    assert homes["country"].tolist() == ["United States"]
    alone = {"text": "The council of Lebanon met.", "source": "Reporter"}
    learned = geomap.geoparse(alone, gazetteer=gazetteer, homes=homes)
    assert learned["admin1"].tolist() == ["Indiana"]
    assert geomap.geoparse(alone, gazetteer=gazetteer, homes={})["country"].tolist() == ["Lebanon"]


def test_a_single_article_says_nothing_of_its_publisher(gazetteer: geomap.Gazetteer) -> None:
    homes = geomap.homes({"text": "Rain fell on Mosul and Erbil.", "source": "Post"}, gazetteer=gazetteer)
    assert homes["home"].isna().tolist() == [True]


@examples(max_examples=30)
@given(data=st.data())
def test_evidence_merges_to_the_same_table_however_it_is_cut_and_ordered(
    parser: geomap.Geoparser, evidence: pd.DataFrame, homes: pd.DataFrame, data: st.DataObject
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(evidence)), max_size=6))
    pieces = data.draw(st.permutations(parts(evidence, cuts)))
    again = data.draw(st.sampled_from(pieces))
    left = merged([merged(pieces[: len(pieces) // 2]), merged([*pieces[len(pieces) // 2 :], again])])
    pd.testing.assert_frame_equal(left, merged([evidence]))
    pd.testing.assert_frame_equal(homes_of(left, parser.gazetteer), homes)


@examples(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 30)), max_size=60), st.integers(0, 60))
def test_the_articles_that_count_are_the_same_wherever_a_corpus_is_cut(rows: list[tuple[str, int]], cut: int) -> None:
    table = pd.DataFrame(
        [(source, f"{number:02}", "p") for source, number in rows], columns=["source", "article", "place_id"]
    )
    halves = [merged([half], limit=5) for half in (table.iloc[:cut], table.iloc[cut:])]
    pd.testing.assert_frame_equal(merged(halves, limit=5), merged([table], limit=5))
    assert merged([table], limit=5).groupby("source")["article"].nunique().le(5).all()


def test_evidence_of_parts_is_that_of_the_corpus(parser: geomap.Geoparser, evidence: pd.DataFrame) -> None:
    of_parts = merged(parser.home_evidence(part) for part in parts(ARTICLES.iloc[::-1], [5, 11]))
    pd.testing.assert_frame_equal(of_parts, evidence)


@examples(max_examples=8)
@given(data=st.data())
def test_with_homes_mentions_are_the_same_in_any_partition_and_order(
    with_homes: geomap.Geoparser, whole: bytes, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(ARTICLES))))
    cuts = data.draw(st.lists(st.integers(0, len(ARTICLES)), max_size=5))
    assert as_bytes(*map(with_homes.geoparse, parts(ARTICLES.iloc[list(order)], cuts))) == whole


def test_with_homes_an_article_of_its_own_has_the_mentions_it_has_among_others(
    with_homes: geomap.Geoparser, whole: bytes
) -> None:
    assert as_bytes(*map(with_homes.geoparse, parts(ARTICLES, range(len(ARTICLES))))) == whole


def test_homes_make_a_difference_and_articles_without_them_are_evidence_for_each_other(
    parser: geomap.Geoparser,
) -> None:
    together = as_bytes(parser.geoparse(ARTICLES))
    assert as_bytes(*map(parser.geoparse, parts(ARTICLES, range(len(ARTICLES))))) != together


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2, 3])
def test_with_homes_mentions_are_the_same_in_any_number_of_processes(
    with_homes: geomap.Geoparser, whole: bytes, processes: int
) -> None:
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert as_bytes(*pool.map(with_homes.geoparse, parts(ARTICLES, [7, 13, 20]))) == whole


@pytest.mark.slow
def test_with_homes_mentions_are_the_same_in_seven_processes(
    request: pytest.FixtureRequest, with_homes: geomap.Geoparser, whole: bytes
) -> None:
    if not request.config.getoption("--long"):
        pytest.skip("seven processes take seven models' memory; run with --long")
    with ProcessPoolExecutor(7, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert as_bytes(*pool.map(with_homes.geoparse, parts(ARTICLES, range(0, 24, 2)))) == whole


def test_a_used_parser_is_pickled_without_its_session_and_works_after(
    with_homes: geomap.Geoparser, whole: bytes
) -> None:
    with_homes.load()
    stored = pickle.dumps(with_homes)
    assert len(stored) < 5000
    assert as_bytes(pickle.loads(stored).geoparse(ARTICLES)) == whole
    assert as_bytes(with_homes.geoparse(ARTICLES)) == whole  # and the one that was pickled still does


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_homes_are_kept_in_a_file_and_given_by_its_path(tmp_path: Path, homes: pd.DataFrame, ending: str) -> None:
    path = write_homes(
        pd.concat([homes, homes.iloc[[0]].assign(source="NA", home="Lebanon, Indiana")]), tmp_path / f"h{ending}"
    )
    assert known_homes(path) == {**known_homes(homes), "NA": "Lebanon, Indiana"}
    assert geomap.Geoparser(homes=path).homes == known_homes(path)


def test_a_corrected_home_counts_and_the_column_of_an_article_counts_first(gazetteer: geomap.Gazetteer) -> None:
    homes = pd.DataFrame({"source": ["Reporter"], "home": ["Lebanon, Indiana"]})
    articles = pd.DataFrame(
        {"text": ["The council of Lebanon met."] * 2, "source": "Reporter", "source_home": [None, "Beirut"]}
    )
    parser = geomap.Geoparser(gazetteer=gazetteer, homes=homes)
    assert parser.geoparse(articles)["country"].tolist() == ["United States", "Lebanon"]


def test_what_is_no_table_of_homes_is_refused_with_what_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(ArticlesNotFound, match="file not found"):
        geomap.Geoparser(homes=tmp_path / "none.csv")
    (tmp_path / "homes.txt").write_text("source,home\n")
    with pytest.raises(UnsupportedFormat, match=r"\.csv, \.parquet"):
        geomap.Geoparser(homes=tmp_path / "homes.txt")
    with pytest.raises(ColumnMissing, match="home"):
        geomap.Geoparser(homes=pd.DataFrame({"source": ["x"]}))
    missing = pd.DataFrame({"source": ["x", "y", None], "home": [np.nan, "Mosul", "Erbil"]})
    assert known_homes(missing) == {"y": "Mosul"}


def test_source_home_still_works_for_a_release_with_a_warning(gazetteer: geomap.Gazetteer) -> None:
    with pytest.warns(DeprecationWarning, match="use homes="):
        parser = geomap.Geoparser(gazetteer=gazetteer, source_home={"Reporter": "Lebanon, Indiana"})
    article = {"text": "The council of Lebanon met.", "source": "Reporter"}
    assert parser.geoparse(article)["admin1"].tolist() == ["Indiana"]
    with pytest.raises(InvalidTable, match="not both"):
        geomap.Geoparser(homes={}, source_home={})
