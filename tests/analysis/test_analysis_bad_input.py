"""Every verb on the tables that break programs: empty, one row, all nil, no dates, columns missing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from analysis_tables import example, mention, table

from geomap import analysis, tables
from geomap.errors import ColumnMissing, InvalidTable, MissingDependency

ARTICLES = pd.DataFrame(
    {
        "article_id": list("abcd"),
        "text": [f"The report {key} speaks of rivers and roads, of dust and of rain." for key in "abcd"],
        "source": ["Tigris Dispatch"] * 2 + ["Ankara Line"] * 2,
    }
)

VERBS: dict[str, Callable[[gpd.GeoDataFrame], Any]] = {
    "places": analysis.places,
    "places distinct": lambda m: analysis.places(m, distinct=True),
    "countries": analysis.countries,
    "divisions": analysis.divisions,
    "rollup": analysis.rollup,
    "timeline": analysis.timeline,
    "timeline by place": lambda m: analysis.timeline(m, by="place", freq="W", timezone="Asia/Baghdad"),
    "change": lambda m: analysis.change(m, m),
    "compare": lambda m: analysis.compare(m, m, by="country"),
    "moved": lambda m: analysis.moved(m, m.iloc[::2]),
    "bursts": lambda m: analysis.bursts(m, freq="M", min_articles=1),
    "comentions": analysis.comentions,
    "comentions in articles": lambda m: analysis.comentions(m, within="article"),
    "comentions in paragraphs": lambda m: analysis.comentions(m, within="paragraph", articles=ARTICLES),
    "focus": analysis.focus,
    "datelines": analysis.datelines,
    "boilerplate": analysis.boilerplate,
    "concordance": lambda m: analysis.concordance(m, "mosul"),
    "keywords": lambda m: analysis.keywords(m, ARTICLES, by="place", drop_names=True),
    "silence": analysis.silence,
    "by_area": analysis.by_area,
    "by_area h3": lambda m: analysis.by_area(m, within="h3", resolution=2),
    "mean_center": lambda m: analysis.mean_center(m, by="source"),
    "movement": lambda m: analysis.movement(m, areas=True),
    "density": lambda m: analysis.density(m, bandwidth_km=500),
}
verbs = pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS.keys())


@pytest.mark.slow
@verbs
def test_an_empty_table_gives_the_same_columns_and_dtypes(verb: Callable[[gpd.GeoDataFrame], Any]) -> None:
    full, empty = verb(example()), verb(tables.empty_mentions())
    pd.testing.assert_series_equal(empty.dtypes.astype(str), full.dtypes.astype(str))
    assert type(empty) is type(full)
    assert getattr(empty, "crs", None) == getattr(full, "crs", None)


@pytest.mark.slow
@verbs
def test_one_mention_all_nil_and_no_dates_are_fine(verb: Callable[[gpd.GeoDataFrame], Any]) -> None:
    columns = list(verb(example()).columns)
    for rows in (
        [mention("a", "mosul")],
        [mention("a", None), mention("b", None)],
        [mention("a", "iraq", published=None, confidence=None), mention("b", "mosul", 1, published=None)],
        [mention("a", "dead-sea", source=None, sentence=None), mention("a", "mosul", 1, source=None, sentence=None)],
    ):
        assert list(verb(table(rows)).columns) == columns


@verbs
def test_duplicate_index_labels_change_nothing(verb: Callable[[gpd.GeoDataFrame], Any]) -> None:
    mentions = example()
    relabeled = mentions.set_axis(np.zeros(len(mentions), dtype=int))
    expected, found = verb(mentions), verb(relabeled)
    pd.testing.assert_frame_equal(pd.DataFrame(found).reset_index(drop=True), pd.DataFrame(expected))


@verbs
def test_no_verb_changes_the_table_it_is_given(verb: Callable[[gpd.GeoDataFrame], Any]) -> None:
    mentions = example()
    verb(mentions)
    pd.testing.assert_frame_equal(pd.DataFrame(mentions), pd.DataFrame(example()))


@pytest.mark.slow
@verbs
def test_a_missing_column_is_named(verb: Callable[[gpd.GeoDataFrame], Any]) -> None:
    needed = []
    for column in tables.MENTIONS:
        try:
            verb(example().drop(columns=column))
        except ColumnMissing as error:
            assert column in str(error)
            needed.append(column)
    assert needed, "the verb reads no column"


@verbs
def test_mixed_time_zones_are_one_time(verb: Callable[[gpd.GeoDataFrame], Any]) -> None:
    mentions = example()
    mixed = mentions.copy()
    zones = ["Asia/Baghdad", "UTC", "America/New_York"]
    mixed["published"] = pd.Series(
        [
            None if pd.isna(time) else time.tz_convert(zones[row % 3]).isoformat()
            for row, time in enumerate(mentions["published"])
        ],
        dtype=object,
    )
    expected, found = pd.DataFrame(verb(mentions)), pd.DataFrame(verb(mixed))
    if verb is not VERBS["boilerplate"]:  # which hands the table back as it is
        pd.testing.assert_frame_equal(found, expected)


@verbs
def test_a_table_in_another_system_gives_the_same_in_degrees(verb: Callable[[gpd.GeoDataFrame], Any]) -> None:
    expected, found = verb(example()), verb(example().to_crs("EPSG:3857"))
    if verb is VERBS["boilerplate"]:
        return
    assert getattr(found, "crs", None) == getattr(expected, "crs", None)
    if isinstance(expected, gpd.GeoDataFrame):
        known = expected.geometry.notna()
        pd.testing.assert_series_equal(found.geometry.notna(), known)
        assert np.allclose(found.geometry[known].bounds, expected.geometry[known].bounds, atol=1e-6)


@verbs
def test_the_active_geometry_counts_whatever_it_is_called(verb: Callable[[gpd.GeoDataFrame], Any]) -> None:
    renamed = example().rename_geometry("location")
    # A column of another kind, of that name: not the active one.
    renamed["geometry"] = gpd.GeoSeries.from_xy([0.0] * len(renamed), [0.0] * len(renamed), crs="EPSG:4326")
    expected, found = verb(example()), verb(renamed)
    if verb is VERBS["boilerplate"]:  # which hands the table back as it is
        assert found.geometry.name == "location"
        return
    pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(expected))


@pytest.mark.slow
def test_areas_are_tested_and_joined_by_their_active_geometry() -> None:
    cells = analysis.by_area(example(), within="h3", resolution=2)
    renamed = cells.rename_geometry("outline")
    for verb in (analysis.autocorrelation, analysis.hot_spots):
        a, b = (pd.DataFrame(verb(areas, permutations=99)) for areas in (cells, renamed))
        pd.testing.assert_frame_equal(b.rename(columns={"outline": "geometry"}), a)
    assert analysis.spatial_weights(renamed).neighbors == analysis.spatial_weights(cells).neighbors
    shapes, mentions = analysis.shapes("country"), example()
    a = analysis.join_shapes(mentions, shapes)
    b = analysis.join_shapes(mentions.rename_geometry("location"), shapes.rename_geometry("outline"))
    assert b["area"].tolist() == a["area"].tolist()
    assert "Iraq" in set(a["area"])


FEW = ["article_id", "status", "place_id", "name", "geometry"]


def test_places_counts_a_table_of_few_columns() -> None:
    found, full = analysis.places(example()[FEW]), analysis.places(example())
    pd.testing.assert_series_equal(found.dtypes.astype(str), full.dtypes.astype(str))
    known = ["place_id", "name", "mentions", "approximate", "articles", "share", "geometry"]
    pd.testing.assert_frame_equal(pd.DataFrame(found[known]), pd.DataFrame(full[known]))
    assert found.drop(columns=known).isna().all().all()
    plain = analysis.places(pd.DataFrame(example())[["article_id", "status", "place_id"]])
    assert plain["mentions"].tolist() == full["mentions"].tolist()
    assert plain.geometry.isna().all()


@pytest.mark.slow
@verbs
def test_a_verb_asks_only_for_the_columns_that_it_uses(verb: Callable[[gpd.GeoDataFrame], Any]) -> None:
    mentions = example()
    needed = []
    for column in tables.MENTIONS:
        try:
            verb(mentions.drop(columns=column))
        except ColumnMissing:
            needed.append(column)
    few = mentions[[*needed, "geometry"]]
    expected, found = verb(mentions), verb(few)
    pd.testing.assert_series_equal(found.dtypes.astype(str), expected[found.columns].dtypes.astype(str))
    if verb is not VERBS["boilerplate"]:  # which hands the table back as it is
        assert list(found.columns) == list(expected.columns)
    assert not {"population", "geonameid", "url", "recognition_score", "checked", "boilerplate"} & set(needed)


@pytest.mark.parametrize(
    ("verb", "columns"),
    [
        ("places", ["article_id", "status", "place_id"]),
        ("timeline", ["article_id", "status", "published"]),
        ("compare", ["article_id", "status", "country_code"]),
        ("moved", ["article_id", "field", "start", "end", "status", "place_id"]),
        ("comentions in articles", ["article_id", "status", "place_id"]),
        ("by_area", ["article_id", "status", "country_code"]),
        ("mean_center", ["article_id", "status", "feature_class", "source"]),
        ("density", ["article_id", "status", "feature_class"]),
        ("silence", ["article_id", "status", "country_code"]),
        ("boilerplate", ["article_id", "sentence"]),
    ],
)
def test_few_columns_are_enough(verb: str, columns: list[str]) -> None:
    few, expected = VERBS[verb](example()[[*columns, "geometry"]]), VERBS[verb](example())
    assert len(few) == len(expected)


@pytest.mark.filterwarnings("error")
@verbs
def test_no_verb_warns(verb: Callable[[gpd.GeoDataFrame], Any]) -> None:
    verb(example())


@pytest.mark.filterwarnings("ignore:Could not infer format")
def test_an_invalid_date_is_an_error_that_names_the_column() -> None:
    mentions = example()
    mentions["published"] = "yesterday"
    with pytest.raises(InvalidTable, match="published"):
        analysis.timeline(mentions)


def test_a_confidence_out_of_range_is_an_error() -> None:
    with pytest.raises(InvalidTable, match="confidence"):
        analysis.places(table([mention("a", "mosul", confidence=1.2)]))


def test_duplicate_article_ids_are_an_error() -> None:
    twice = pd.concat([ARTICLES, ARTICLES[:1]])
    for call in (
        lambda: analysis.duplicates(twice),
        lambda: analysis.keywords(example(), twice),
        lambda: analysis.comentions(example(), within="paragraph", articles=twice),
        lambda: analysis.concordance(example(), "mosul", articles=twice),
    ):
        with pytest.raises(InvalidTable, match="duplicate article_id 'a'"):
            call()


def test_a_duplicate_mention_cannot_be_matched_between_runs() -> None:
    with pytest.raises(InvalidTable, match=r"duplicate mention .* in the b mentions"):
        analysis.moved(example(), pd.concat([example(), example()]))


def test_a_mention_whose_article_is_missing_is_an_error() -> None:
    for call in (
        lambda: analysis.comentions(example(), within="paragraph", articles=ARTICLES[:2]),
        lambda: analysis.concordance(table([mention("z", "mosul")]), "mosul", articles=ARTICLES),
    ):
        with pytest.raises(InvalidTable, match="there is no article"):
            call()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda m: analysis.timeline(m, freq="fortnight"), "freq must be .*; got 'fortnight'"),
        (lambda m: analysis.timeline(m, timezone="Mars/Olympus"), "timezone must be .*; got 'Mars/Olympus'"),
        (lambda m: analysis.timeline(m, by="person"), "by must be one of .*; got 'person'"),
        (lambda m: analysis.timeline(m, by="place", limit=0), "limit must be at least 1; got 0"),
        (lambda m: analysis.places(m, level=95), "level must be between 0 and 1.*; got 95"),
        (lambda m: analysis.places(m, distinct="yes"), "distinct must be .*; got 'yes'"),
        (lambda m: analysis.comentions(m, within="page"), "within must be one of .*; got 'page'"),
        (lambda m: analysis.comentions(m, within="paragraph"), "paragraphs need the text of the articles"),
        (lambda m: analysis.focus(m, method="guess"), "method must be one of .*; got 'guess'"),
        (lambda m: analysis.concordance(m, "Mosul", width=0), "width must be at least 1; got 0"),
        (lambda m: analysis.keywords(m, ARTICLES, by="mood"), "by must be one of .*; got 'mood'"),
        (lambda m: analysis.keywords(m, ARTICLES, stop_words="german"), "stop_words must be one of .*; got 'german'"),
        (lambda m: analysis.silence(m, expected="gold"), "expected must be one of .*; got 'gold'"),
        (
            lambda m: analysis.silence(m, expected="population", by="place"),
            "expected must be a number for each place.*; got 'population'",
        ),
        (lambda m: analysis.silence(m, expected={"IQ": -1}), "negative"),
        (lambda m: analysis.change(m, m, articles=(1, 1)), "articles must be at least 2.*; got 1"),
        (lambda m: analysis.bursts(m, scale=1), "scale must be greater than 1; got 1"),
        (lambda m: analysis.by_area(m, within="postcode"), "within must be one of .*; got 'postcode'"),
        (lambda m: analysis.by_area(m, within="h3", resolution=16), "resolution must be between 0 and 15; got 16"),
        (
            lambda m: analysis.by_area(m, within=analysis.shapes().set_crs(None, allow_override=True)),
            "coordinate system",
        ),
        (lambda m: analysis.by_area(m, within=m[m.geometry.notna()]), "not a polygon"),
        (lambda m: analysis.density(m, step=0.001), "wider"),
        (lambda m: analysis.keywords(m, ARTICLES, limit=0), "limit must be at least 1; got 0"),
        (lambda m: analysis.keywords(m, ARTICLES, group_limit=0), "group_limit must be at least 1; got 0"),
        (lambda m: analysis.focus(m, min_share=2), "min_share must be a probability.*; got 2"),
        (lambda m: analysis.boilerplate(m, min_share=2), "min_share must be a probability.*; got 2"),
        (lambda m: analysis.density(m, min_relative=-1), "min_relative must be a probability.*; got -1"),
        (lambda m: analysis.bursts(m, levels=1), "levels must be at least 2; got 1"),
        (lambda m: analysis.shapes("ocean"), "kind must be one of"),
        (lambda m: analysis.duplicates(ARTICLES, threshold=0), "threshold must be greater than 0.*; got 0"),
    ],
)
def test_an_invalid_option_is_an_error_that_names_it(call: Callable[[Any], Any], words: str) -> None:
    with pytest.raises(InvalidTable, match=words):
        call(example())


@pytest.mark.parametrize(
    ("module", "call"),
    [
        ("datasketch", lambda: analysis.duplicates(ARTICLES)),
        ("sklearn.feature_extraction.text", lambda: analysis.keywords(example(), ARTICLES)),
        ("networkx", lambda: analysis.network(analysis.comentions(example()))),
        ("h3", lambda: analysis.by_area(example(), within="h3")),
        ("esda", lambda: analysis.autocorrelation(analysis.by_area(example()))),
        ("esda", lambda: analysis.hot_spots(analysis.by_area(example()))),
        ("libpysal", lambda: analysis.spatial_weights(analysis.by_area(example()))),
    ],
)
def test_a_missing_dependency_is_named(module: str, call: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingDependency, match=r"pip install 'geomap-toolkit\[analysis\]'"):
        call()
