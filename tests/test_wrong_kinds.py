"""Every public verb, given the wrong kind of thing, raises an error of geomap's that says what it wants."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import geomap
from geomap import analysis, articles, corrections, datasets, evaluation, export, geocoding, geometry, maps, outlines
from geomap._checks import described
from geomap.errors import CorrectionsNotFound, GeomapError, InvalidCorrections, WrongKind
from geomap.resolution import alternatives, why

pytestmark = pytest.mark.slow

MENTIONS = datasets.sample_mentions()
NOWHERE = Path("no") / "such" / "file.xyz"

WRONG: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "int": lambda: 3,
    "float": lambda: 3.5,
    "text": lambda: "text",
    "bytes": lambda: b"x",
    "list": list,
    "dict": dict,
    "object": object,
    "DataFrame without columns": lambda: pd.DataFrame(index=[0, 1]),
    "empty DataFrame": pd.DataFrame,
    "DataFrame of other columns": lambda: pd.DataFrame({"x": [1]}),
    "Series": lambda: pd.Series([1, 2]),
    "row": lambda: MENTIONS.iloc[0],
    "places": lambda: geomap.places(MENTIONS),
    "map": folium.Map,
    "missing path": lambda: NOWHERE,
    "generator": lambda: (number for number in (1, 2)),
    "ints": lambda: [1, 2],
    "array": lambda: np.array([1.0, 2.0]),
    "GeoSeries": lambda: gpd.GeoSeries([None], crs="EPSG:4326"),
    "function": lambda: print,
}


def offline_service() -> geocoding.Service:
    return geocoding.Service("nominatim", user_agent="tests (tests@example.org)", only_cached=True, cache="none.sqlite")


def gold() -> evaluation.Gold:
    truth = MENTIONS.assign(lat=MENTIONS.geometry.y, lon=MENTIONS.geometry.x)
    return evaluation.Gold(datasets.sample_articles(), truth)


# What else a verb needs; the argument under test comes first.
MORE: dict[Any, Callable[[], tuple[Any, ...]]] = {
    analysis.change: lambda: (MENTIONS,),
    analysis.compare: lambda: (MENTIONS,),
    analysis.concordance: lambda: ("Mosul",),
    analysis.focus_accuracy: lambda: ({"a1": "geonames:99072"},),
    analysis.join_shapes: lambda: (geomap.shapes(),),
    analysis.keywords: lambda: (datasets.sample_articles(),),
    analysis.moved: lambda: (MENTIONS,),
    analysis.share_interval: lambda: (5,),
    articles.title_is_repeated: lambda: ("Mosul",),
    corrections.apply_corrections: lambda: (NOWHERE,),
    corrections.check_corrections: lambda: (NOWHERE,),
    evaluation.difference: lambda: (None,),
    evaluation.label_by_gold: lambda: (None,),
    export.write_mentions: lambda: ("mentions.csv",),
    geomap.articles.write_articles: lambda: ("articles.csv",),
    geometry.distance_km: lambda: (0, 0, 0),
    maps.save_html: lambda: ("map.html",),
}
# The second arguments of verbs that take two.
SECOND: dict[str, Callable[[Any], Any]] = {
    "apply_corrections": lambda wrong: geomap.apply_corrections(MENTIONS, wrong),
    "change": lambda wrong: analysis.change(MENTIONS, wrong),
    "compare": lambda wrong: analysis.compare(MENTIONS, wrong),
    "concordance": lambda wrong: analysis.concordance(MENTIONS, wrong),
    "concordance articles": lambda wrong: analysis.concordance(MENTIONS, "Mosul", articles=wrong),
    "focus_accuracy": lambda wrong: analysis.focus_accuracy(MENTIONS, wrong),
    "join_shapes": lambda wrong: analysis.join_shapes(MENTIONS, wrong),
    "keywords": lambda wrong: analysis.keywords(MENTIONS, wrong),
    "moved": lambda wrong: analysis.moved(MENTIONS, wrong),
    "resolve spans": lambda wrong: geomap.Geoparser().resolve("Mosul fell.", wrong),
    "save_html path": lambda wrong: geomap.save_html(geomap.explore(MENTIONS), wrong),
    "write_mentions path": lambda wrong: export.write_mentions(MENTIONS, wrong),
    "read_gold articles": lambda wrong: evaluation.read_gold(NOWHERE, articles=wrong),
    "geocode": lambda wrong: geocoding.geocode(wrong, service=offline_service()),
    "reverse": lambda wrong: geocoding.reverse(wrong, service=offline_service()),
    "candidates of a service": lambda wrong: geocoding.candidates(wrong, service=offline_service()),
    "plan": lambda wrong: geocoding.plan(wrong, service=offline_service()),
    "evaluate predictions": lambda wrong: geomap.evaluate(gold(), wrong, bootstrap=0),
    "sample then label_by_gold": lambda wrong: evaluation.label_by_gold(evaluation.sample(MENTIONS, 3), wrong),
    "Gazetteer.hierarchy": lambda wrong: geomap.Gazetteer().hierarchy(wrong),
    "why gazetteer": lambda wrong: why(MENTIONS.iloc[[0]], gazetteer=wrong),
}
# Shown on a page of their own, or they would ask a service.
NOT_VERBS = {"Geoparser", "__version__", "sample_articles", "sample_mentions"}


def verbs() -> Iterator[tuple[str, Callable[[Any], Any]]]:
    public = {f"geomap.{name}": getattr(geomap, name) for name in geomap.__all__ if name not in NOT_VERBS}
    for module in (analysis, articles, corrections, evaluation, export, maps, outlines, geocoding):
        for name in getattr(module, "__all__", ("apply_corrections", "check_corrections", "read_corrections")):
            public[f"{module.__name__.removeprefix('geomap.')}.{name}"] = getattr(module, name)
    for name, verb in public.items():
        if inspect.isclass(verb) and name.split(".")[0] != "maps":
            continue
        if callable(verb) and takes_something(verb):
            yield name, followed(verb, MORE.get(verb, tuple))
    yield "Gazetteer", geomap.Gazetteer
    yield "Gazetteer.lookup", geomap.Gazetteer().lookup
    yield "Gazetteer.candidates", geomap.Gazetteer().candidates
    yield "Gazetteer.fuzzy", geomap.Gazetteer().fuzzy
    yield "Gazetteer.place", geomap.Gazetteer().place
    parser = geomap.Geoparser(recognizer="gazetteer")
    yield "Geoparser.geoparse", parser.geoparse
    yield "Geoparser.recognize", parser.recognize
    yield "Geoparser.resolve", lambda wrong: parser.resolve(wrong, MENTIONS)
    yield "geometry.distance_km", lambda wrong: geometry.distance_km(wrong, 0, 0, 0)
    yield "resolution.why", why
    yield "resolution.alternatives", alternatives
    for option in ("recognizer", "gazetteer", "ranker", "min_confidence", "homes", "fallback"):
        yield f"Geoparser({option}=)", parser_with(option)
    for name, call in SECOND.items():
        yield f"{name} (2)", call


def followed(verb: Callable[..., Any], more: Callable[[], tuple[Any, ...]]) -> Callable[[Any], Any]:
    return lambda wrong: verb(wrong, *more())


def parser_with(option: str) -> Callable[[Any], Any]:
    return lambda wrong: geomap.Geoparser(**{option: wrong}).load()


def takes_something(verb: Callable[..., Any]) -> bool:
    first = next(iter(inspect.signature(verb).parameters.values()), None)
    return first is not None and first.kind in (first.POSITIONAL_ONLY, first.POSITIONAL_OR_KEYWORD)


VERBS = dict(verbs())


# Each of these would do what it says: forget the user's own answers, read the user's own cache.
MAKES_SENSE = {("geocoding.clear_cache", "None"), ("geocoding.cache_info", "None")}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.filterwarnings("ignore::geomap.errors.GeomapWarning")
@pytest.mark.parametrize("verb", VERBS)
def test_a_wrong_kind_is_an_error_of_geomaps_or_makes_sense(verb: str) -> None:
    for kind, make in WRONG.items():
        if (verb, kind) in MAKES_SENSE:
            continue
        try:
            VERBS[verb](make())
        except GeomapError as error:
            assert len(str(error)) > 15, (kind, error)
            if isinstance(error, WrongKind):
                assert "must" in str(error), (kind, error)
        except Exception as error:
            raise AssertionError(f"{verb} was given {kind}") from error


@pytest.mark.parametrize("kind", sorted(WRONG))
def test_only_texts_rows_and_tables_of_them_are_articles(kind: str) -> None:
    if kind != "text":
        with pytest.raises(GeomapError):
            geomap.Geoparser(recognizer="gazetteer").geoparse(WRONG[kind]())


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: geomap.explore(geomap.places(MENTIONS)), "looks like the table of places: give the mentions"),
        (lambda: geomap.explore(datasets.sample_articles()), r"give the mentions, geomap.geoparse\(articles\)"),
        (
            lambda: geomap.explore(pd.DataFrame({"x": [1]})),
            "mentions table lacks .* Give the mentions, as geomap.geoparse",
        ),
        (lambda: geomap.explore("text"), r"mentions must be a mentions table, .*; got a str \('text'\)"),
        (
            lambda: geomap.save_html(MENTIONS, "map.html"),
            r"m must be a map, as geomap.explore\(mentions\) .*; got a Geo",
        ),
        (lambda: geomap.save_html(geomap.explore(MENTIONS), 3), "path must be the path of a file .*; got an int"),
        (lambda: why(MENTIONS.iloc[0]), r"mentions.iloc\[\[i\]\]\); got a Series"),
        (
            lambda: geomap.Gazetteer().lookup(None),
            r"name must be the name of a place \(str\), or a list of .*; got None",
        ),
        (
            lambda: geomap.Gazetteer().lookup(cast("Any", ["Mosul", 3])),
            r"a name must be the name of a place \(str\); got an int",
        ),
        (
            lambda: geomap.Gazetteer().candidates("Mosul"),
            r"names must be a list of names \(str\); got a str \('Mosul'\)",
        ),
        (
            lambda: analysis.hot_spots(None),
            r"areas must be a table of areas .*by_area\(mentions, areas=True\).*; got None",
        ),
        (lambda: geomap.geoparse(MENTIONS), "got a mentions table: its places are already found"),
        (lambda: geomap.geoparse(None), "articles must be a text, a list of texts, .*; got None"),
        (
            lambda: geomap.Geoparser(recognizer=3),
            "recognizer must be the name of one, or an object with .*; got an int",
        ),
        (lambda: evaluation.scores(MENTIONS), "comparison must be what geomap.evaluation.compare"),
    ],
)
def test_the_message_says_what_to_give_instead(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(GeomapError, match=said):
        call()


def test_a_wrong_kind_is_a_type_error_too() -> None:
    with pytest.raises(TypeError):
        geomap.places(5)


def test_a_file_of_corrections_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CorrectionsNotFound, match="file not found"):
        geomap.apply_corrections(MENTIONS, tmp_path / "none.jsonl")
    with pytest.raises(InvalidCorrections, match="cannot be read"):
        geomap.apply_corrections(MENTIONS, tmp_path)


def test_a_long_value_is_shown_in_part_and_a_table_by_its_columns() -> None:
    assert described("a" * 500) == f"a str ('{'a' * 35}...')"
    assert described(pd.DataFrame({f"c{number}": [] for number in range(20)})).endswith("c11 and 8 more)")
    assert described(pd.DataFrame) == "the class DataFrame"
