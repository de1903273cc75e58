"""Verbs that count read mentions on disk some rows at a time, and give the table that they give in memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.dataset
import pyarrow.parquet
import pytest
from analysis_tables import example, mention, mentions_tables, table
from corpus_parts import corpus, same
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laws import many

import geomap
from geomap import analysis, tables
from geomap.analysis import _datasets
from geomap.errors import InvalidTable, MentionsNotFound, MentionsUnreadable
from geomap.export import write_mentions
from geomap.runs import geoparse_corpus

VERBS: dict[str, Callable[[Any], pd.DataFrame]] = {
    "places": analysis.places,
    "countries": analysis.countries,
    "divisions": analysis.divisions,
    "rollup": analysis.rollup,
    "timeline": lambda mentions: analysis.timeline(mentions, by="place", freq="D"),
    "bursts": lambda mentions: analysis.bursts(mentions, min_articles=1, gamma=0.1),
    "comentions": lambda mentions: analysis.comentions(mentions, within="article"),
    "comentions in sentences": lambda mentions: analysis.comentions(mentions, approximate=True),
}
counting = pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)


def written(folder: Path, mentions: gpd.GeoDataFrame, files: int) -> Path:
    """Write a table in so many files, as a run does."""
    folder.mkdir()
    bounds = np.linspace(0, len(mentions), files + 1).astype(int)
    for number in range(files):
        part = mentions.iloc[bounds[number] : bounds[number + 1]]
        write_mentions(part, folder / f"part-{number:05}.parquet")
    return folder


@counting
@settings(max_examples=many(4), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mentions=mentions_tables(), files=st.integers(1, 4), at_once=st.integers(1, 7), sorted_=st.booleans())
def test_a_folder_of_parquet_counts_as_the_table(
    verb: Callable[[Any], pd.DataFrame],
    tmp_path_factory: pytest.TempPathFactory,
    mentions: gpd.GeoDataFrame,
    files: int,
    at_once: int,
    sorted_: bool,
) -> None:
    if sorted_:  # the articles of a run lie together; those of other tables may not
        mentions = mentions.sort_values("article_id", kind="stable", ignore_index=True)
    folder = written(tmp_path_factory.mktemp("m") / "mentions", mentions, files)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_datasets, "ROWS_AT_ONCE", at_once)
        same(verb(folder), verb(mentions))


@counting
def test_one_file_and_arrows_tables_count_as_the_table(verb: Callable[[Any], pd.DataFrame], tmp_path: Path) -> None:
    path = write_mentions(example(), tmp_path / "mentions.parquet")
    for given_ in (path, str(path), pyarrow.parquet.read_table(path), pyarrow.dataset.dataset(path)):
        same(verb(given_), verb(example()))


def test_the_folder_of_a_run_counts_as_its_mentions(tmp_path: Path, gazetteer: geomap.Gazetteer) -> None:
    articles = corpus(9, characters=200)
    parser = geomap.Geoparser(recognizer="gazetteer", ranker="hand-set", gazetteer=gazetteer, homes={})
    geoparse_corpus(articles, tmp_path / "m", parser=parser, articles_per_part=2)
    mentions = geomap.export.read_mentions(tmp_path / "m")
    for verb in VERBS.values():
        same(verb(tmp_path / "m"), verb(mentions))


def test_parts_are_read_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    names = [f"part.{number}.parquet" for number in range(12)]
    for name in reversed(names):
        (tmp_path / name).touch()
    found = _datasets.in_parts(tmp_path)
    assert found is not None
    assert [path.name for path in found.sources] == names


def test_an_article_in_two_places_of_the_table_is_counted_once(tmp_path: Path) -> None:
    rows = table([mention("a", "mosul", 0), mention("b", "mosul", 0), mention("a", "mosul", 1), mention("c", "suva")])
    folder = written(tmp_path / "m", rows, 4)
    apart, together = (_datasets.in_parts(each) for each in (folder, written(tmp_path / "n", rows[:2], 2)))
    assert apart is not None
    assert together is not None
    assert (apart.of_whole_articles, together.of_whole_articles) == (False, True)
    assert analysis.places(folder)["articles"].tolist() == [2, 1]


def test_copies_are_found_in_files_of_articles(tmp_path: Path) -> None:
    story = "Rain fell on the plain of Nineveh all night and the river rose above its banks by dawn"
    for name, text in (("a", story), ("b", "Nothing new."), ("c", f"{story}.")):
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    found = analysis.duplicates(tmp_path)
    assert found[["article_id", "original"]].values.tolist() == [["a", "a"], ["c", "a"]]


def test_copies_are_left_out_of_a_dataset_by_their_table_only(tmp_path: Path) -> None:
    path = write_mentions(example(), tmp_path / "mentions.parquet")
    copies = pd.DataFrame({"article_id": ["b"], "original": ["a"]})
    same(analysis.places(path, distinct=copies), analysis.places(example(), distinct=copies))
    with pytest.raises(InvalidTable, match=r"duplicates\(articles\)"):
        analysis.places(path, distinct=True)


def test_what_is_no_dataset_of_mentions_is_said(tmp_path: Path) -> None:
    with pytest.raises(MentionsNotFound, match="no file or folder"):
        analysis.places(tmp_path / "nothing")
    with pytest.raises(MentionsNotFound, match=r"no \.parquet file"):
        analysis.places(tmp_path)
    (tmp_path / "mentions.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(MentionsUnreadable, match=r"mentions\.parquet cannot be read"):
        analysis.places(tmp_path)
    pd.DataFrame({"text": ["a"]}).to_parquet(tmp_path / "mentions.parquet")
    with pytest.raises(MentionsUnreadable, match="missing column article_id"):
        analysis.places(tmp_path)


def test_a_dataset_without_rows_counts_as_a_table_without(tmp_path: Path) -> None:
    path = write_mentions(tables.empty_mentions(), tmp_path / "mentions.parquet")
    for verb in VERBS.values():
        same(verb(path), verb(tables.empty_mentions()))


_PEAK = """
import resource, sys
from geomap import analysis
for verb in (analysis.places, analysis.countries, analysis.timeline):
    verb(sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peaks are measured in kilobytes there")
def test_memory_does_not_grow_with_the_number_of_mentions(tmp_path: Path) -> None:
    base = pd.concat([example()] * 2000, ignore_index=True)
    peaks = []
    for size in (4, 40):
        folder = tmp_path / str(size)
        folder.mkdir()
        for number in range(size):
            ids = [f"{number}-{row // 6}" for row in range(len(base))]
            write_mentions(base.assign(article_id=ids), folder / f"part-{number:05}.parquet")
        done = subprocess.run([sys.executable, "-c", _PEAK, str(folder)], capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout) / 1024)
    assert peaks[1] - peaks[0] < 40  # MB; 860,000 more rows, which take 370 in memory
