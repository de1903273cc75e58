"""Whatever people have in their hands becomes articles: texts, rows, tables of other libraries, paths."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import geomap
from geomap.articles import as_articles, read_articles
from geomap.errors import (
    ArticlesDoubtful,
    ArticlesNotFound,
    ArticlesSkipped,
    ColumnMissing,
    InvalidTable,
    LanguageNotRead,
    WrongKind,
)
from geomap.pipeline import _KEPT, forget
from geomap.tables import ARTICLES, MENTIONS

TEXT = "Rain fell on Mosul."
OTHER = "A convoy reached Erbil."


class RowsOfADataset:
    """Rows as a dataset hands them out, one dict after the other."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        yield {"text": TEXT, "label": 1}
        yield {"text": OTHER, "label": 0}


class DatasetWithTable(RowsOfADataset):
    def to_pandas(self) -> pd.DataFrame:
        return pd.DataFrame(list(self))


SAME: dict[str, Any] = {
    "list": [TEXT, OTHER],
    "tuple": (TEXT, OTHER),
    "Series": pd.Series([TEXT, OTHER]),
    "Series of objects": pd.Series([TEXT, OTHER], dtype=object),
    "array": np.array([TEXT, OTHER]),
    "Index": pd.Index([TEXT, OTHER]),
    "list of dicts": [{"text": TEXT}, {"text": OTHER}],
    "dict of columns": {"text": [TEXT, OTHER]},
    "DataFrame": pd.DataFrame({"text": [TEXT, OTHER]}),
    "DataFrame with another name": pd.DataFrame({"Body": [TEXT, OTHER]}),
    "DataFrame after a filter": pd.DataFrame({"text": ["", TEXT, OTHER]}).iloc[1:],
    "polars": pl.DataFrame({"text": [TEXT, OTHER]}),
    "polars, lazy": pl.DataFrame({"text": [TEXT, OTHER]}).lazy(),
    "polars Series": pl.Series([TEXT, OTHER]),
    "pyarrow": pa.table({"content": [TEXT, OTHER]}),
    "rows": RowsOfADataset(),
    "rows with to_pandas": DatasetWithTable(),
}


@pytest.mark.parametrize("held", SAME)
def test_two_texts_are_two_articles_numbered_from_one_however_they_are_held(held: str) -> None:
    table = as_articles(SAME[held])
    assert table["text"].tolist() == [TEXT, OTHER]
    assert table["article_id"].tolist() == ["1", "2"]
    assert table["title"].tolist() == ["", ""]
    assert {name: str(table[name].dtype) for name in ARTICLES} == dict(ARTICLES)


def test_one_text_and_one_dict_are_one_article_and_a_generator_is_many() -> None:
    assert as_articles(TEXT)["text"].tolist() == [TEXT]
    one = as_articles({"headline": "Storm", "body": TEXT, "date": "2017-03-01", "topic": "weather"})
    assert one[["article_id", "title", "text", "topic"]].values.tolist() == [["1", "Storm", TEXT, "weather"]]
    assert str(one["published"][0]) == "2017-03-01 00:00:00+00:00"
    assert as_articles(text for text in (TEXT, OTHER))["article_id"].tolist() == ["1", "2"]


def test_a_row_of_a_table_is_one_article() -> None:
    table = pd.DataFrame({"article_id": ["a", "b"], "text": [TEXT, OTHER]})
    assert as_articles(table.iloc[1])["article_id"].tolist() == ["b"]


def test_further_columns_stay_behind_those_of_articles_with_their_values() -> None:
    table = as_articles(pl.DataFrame({"topic": ["a", None], "n": [1, None], "text": [TEXT, OTHER]}))
    assert list(table.columns) == [*ARTICLES, "topic", "n"]
    assert table["n"].tolist() == [1, pd.NA]


# --- ids ------------------------------------------------------------------------------------------------------------


def test_ids_come_from_an_index_that_says_something() -> None:
    texts = {"text": [TEXT, OTHER]}
    assert as_articles(pd.DataFrame(texts, index=["u", "v"]))["article_id"].tolist() == ["u", "v"]
    assert as_articles(pd.Series([TEXT, OTHER], index=["u", "v"]))["article_id"].tolist() == ["u", "v"]
    assert as_articles(pd.DataFrame(texts, index=pd.Index([7, 9], name="report")))["article_id"].tolist() == ["7", "9"]
    assert as_articles(pd.DataFrame(texts, index=[7, 9]))["article_id"].tolist() == ["1", "2"]
    assert as_articles(pd.DataFrame(texts, index=["u", "u"]))["article_id"].tolist() == ["1", "2"]
    dated = as_articles(pd.DataFrame(texts, index=pd.Index(["2017-03-01", "2017-03-02"], name="date")))
    assert dated["article_id"].tolist() == ["1", "2"]
    assert dated["published"].dt.day.tolist() == [1, 2]


def test_ids_that_are_given_must_be_unique() -> None:
    with pytest.raises(InvalidTable, match="duplicate article_id 'x'"):
        as_articles({"id": ["x", "x"], "text": [TEXT, OTHER]})
    with pytest.raises(InvalidTable, match="duplicate article_id 'x'"):
        as_articles(pd.DataFrame({"text": [TEXT, OTHER]}, index=pd.Index(["x", "x"], name="article_id")))


# --- dates ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (20170301, "2017-03-01"),
        (2017, "2017-01-01"),
        (2017.0, "2017-01-01"),
        (1488326400, "2017-03-01"),
        ("Wed Nov 23, 2016 | 10:27am EST", "2016-11-23"),
        ("2017-03-01", "2017-03-01"),
        (pd.Timestamp("2017-03-01 23:00", tz="America/New_York"), "2017-03-02"),
    ],
)
def test_a_date_in_a_table_is_read_as_from_a_file(value: Any, day: str, tmp_path: Path) -> None:
    held = pd.DataFrame({"text": [TEXT], "published": [value]})
    assert as_articles(held)["published"].dt.strftime("%Y-%m-%d").tolist() == [day]
    if isinstance(value, int | str):
        held.to_csv(tmp_path / "a.csv", index=False)
        assert read_articles(tmp_path / "a.csv")["published"].dt.strftime("%Y-%m-%d").tolist() == [day]


def test_a_date_that_cannot_be_read_is_missing_and_said() -> None:
    with pytest.warns(ArticlesSkipped, match="unrecognized date 'soon'"):
        table = as_articles({"text": [TEXT, OTHER], "published": ["2017-03-01", "soon"]})
    assert table["published"].isna().tolist() == [False, True]
    assert [problem["row"] for problem in table.attrs["problems"]] == [2]


def test_day_or_month_first_is_decided_by_the_column_and_may_be_said(tmp_path: Path) -> None:
    def days(*dates: str, **options: Any) -> list[str]:
        held = pd.DataFrame({"text": [TEXT] * len(dates), "date": dates})
        return as_articles(held, **options)["published"].dt.strftime("%m-%d").tolist()

    assert days("03/04/2017", "13/04/2017") == ["04-03", "04-13"]
    assert days("03/04/2017", "04/13/2017") == ["03-04", "04-13"]
    assert days("03/04/2017", dayfirst=True) == ["04-03"]
    assert days("03/04/2017", dayfirst=False) == ["03-04"]
    with pytest.warns(
        ArticlesDoubtful, match=r"03/04/2017 read with the month first, but nothing proves .*dayfirst=True"
    ):
        assert days("03/04/2017") == ["03-04"]
    (tmp_path / "a.csv").write_text("text,date\nx,03/04/2017\n", "utf-8")
    assert as_articles(tmp_path / "a.csv", dayfirst=True)["published"].dt.month.tolist() == [4]


def test_day_first_reaches_every_verb_that_takes_articles() -> None:
    held = {"text": "Rain fell on Mosul.", "date": "03/04/2017"}
    parser = geomap.Geoparser(recognizer="gazetteer")
    found = [
        geomap.geoparse(held, recognizer="gazetteer", dayfirst=True),
        parser.geoparse(held, dayfirst=True),
        parser.resolve(held, parser.recognize(held, dayfirst=True), dayfirst=True),
    ]
    assert [mentions["published"].dt.month.tolist() for mentions in found] == [[4]] * 3


@pytest.mark.parametrize("wrong", ["yes", 2, 0.5, [True], pd.Series([True])])
def test_a_choice_of_day_first_that_is_none_is_named(wrong: Any) -> None:
    with pytest.raises(InvalidTable, match="dayfirst must be True, False or None"):
        as_articles(TEXT, dayfirst=wrong)


# --- which column is which, row by row --------------------------------------------------------------------------------

ROWS = [
    {
        "text": None,
        "maintext": TEXT,
        "abstract": "Short.",
        "title": "",
        "headline": "Storm",
        "source": "https://a.example/1",
    },
    {"text": OTHER, "maintext": "", "abstract": None, "title": "Calm", "headline": "", "source": "Post"},
    {"text": "ONLY AVAILABLE IN PAID PLANS", "maintext": " ", "abstract": "Only this.", "title": None, "source": None},
]


@pytest.mark.parametrize(
    "held",
    [ROWS, pd.DataFrame(ROWS), pl.DataFrame(ROWS), pd.DataFrame(ROWS).to_dict("list"), iter(ROWS)],
    ids=["dicts", "pandas", "polars", "columns", "generator"],
)
def test_each_row_takes_the_first_column_that_holds_something_as_in_a_file(held: Any, tmp_path: Path) -> None:
    table = as_articles(held)
    assert table["text"].tolist() == [TEXT, OTHER, "Only this."]
    assert table["title"].tolist() == ["Storm", "Calm", ""]
    assert table["url"].tolist()[0] == "https://a.example/1"
    assert table["source"].tolist()[:2] == ["a.example", "Post"]
    assert "1 of 3 texts are only the abstract" in table.attrs["problems"][0]["reason"]
    pd.DataFrame(ROWS).to_json(tmp_path / "rows.json", orient="records")
    same = ["title", "text", "source", "url"]
    pd.testing.assert_frame_equal(table[same], read_articles(tmp_path / "rows.json")[same])


def test_a_table_of_abstracts_alone_is_read_and_told() -> None:
    table = as_articles(pd.DataFrame({"title": ["a", "b"], "summary": [TEXT, OTHER]}))
    assert table["text"].tolist() == [TEXT, OTHER]
    assert "only the summary" in table.attrs["problems"][0]["reason"]


def test_rows_without_a_text_stay_and_are_told() -> None:
    table = as_articles(pd.Series([TEXT, None, " "]))
    assert table["text"].tolist() == [TEXT, "", " "]
    assert [p["reason"] for p in table.attrs["problems"]] == [
        "no text in 2 of 3 rows; kept as articles without mentions"
    ]


@pytest.mark.parametrize(
    ("held", "texts"),
    [
        (
            {"status": "ok", "articles": [{"title": "a", "content": TEXT}, {"title": "b", "content": OTHER}]},
            [TEXT, OTHER],
        ),
        ({"response": {"results": [{"webTitle": "a", "fields": {"bodyText": TEXT}}]}}, [TEXT]),
        ([{"fields": {"bodyText": TEXT}}, {"fields": {"bodyText": OTHER}}], [TEXT, OTHER]),
        ({"headline": {"main": "a"}, "body": TEXT}, [TEXT]),
        ({"id": 7, "article": {"body": TEXT, "tags": [{"name": "x"}]}}, [TEXT]),
    ],
)
def test_what_an_api_answered_is_opened_as_in_a_file(held: Any, texts: list[str], tmp_path: Path) -> None:
    assert as_articles(held)["text"].tolist() == texts
    (tmp_path / "a.json").write_text(json.dumps(held), "utf-8")
    assert read_articles(tmp_path / "a.json")["text"].tolist() == texts


# --- texts that would be repaired in a file ----------------------------------------------------------------------------

DAMAGED = "Floods in S&atilde;o Paulo <b>and</b> Mo\u00adsul"


def test_texts_stay_as_they_are_and_what_may_hide_names_is_told() -> None:
    with pytest.warns(ArticlesDoubtful, match=r"HTML entities or tags left .*entities=\"decode\".*'&atilde;'"):
        table = as_articles([DAMAGED, TEXT])
    assert table["text"].tolist() == [DAMAGED, TEXT]
    with pytest.warns(ArticlesDoubtful, match="soft hyphens or zero-width characters left in words"):
        as_articles([DAMAGED])
    with pytest.warns(ArticlesDoubtful, match="look like UTF-8 read in another encoding"):
        as_articles({"title": "MÃ¼nchen", "text": TEXT})
    with pytest.warns(ArticlesDoubtful, match="end cut off by an API"):
        as_articles("In Mosul ... [+1234 chars]")


@pytest.mark.filterwarnings("ignore::geomap.errors.ArticlesSkipped")
def test_texts_are_repaired_as_in_a_file_if_that_is_chosen(tmp_path: Path) -> None:
    table = as_articles([DAMAGED], entities="decode")
    assert table["text"].tolist() == ["Floods in São Paulo and Mosul"]
    assert as_articles(["MÃ¼nchen"], fix_encoding=True)["text"].tolist() == ["München"]
    (tmp_path / "a.json").write_text(json.dumps([{"text": DAMAGED}]), "utf-8")
    assert as_articles(tmp_path / "a.json")["text"].tolist() == table["text"].tolist()
    assert "&atilde;" in as_articles(tmp_path / "a.json", entities="keep")["text"][0]
    with pytest.raises(InvalidTable, match="entities"):
        as_articles(TEXT, entities="yes")  # type: ignore[arg-type]


def test_what_is_read_once_is_read_the_same_again() -> None:
    for held in (ROWS, [TEXT, None], pd.DataFrame({"body": [TEXT], "date": ["31/03/2017"], "n": [1]})):
        once = as_articles(held)
        pd.testing.assert_frame_equal(as_articles(once), once)


# --- languages ----------------------------------------------------------------------------------------------------------

FRENCH = "Les combats ont repris dans la ville de Mossoul, où les habitants sont sans eau depuis une semaine."


@pytest.mark.parametrize("recognizer", ["neural", "gazetteer"])
def test_texts_in_a_language_that_is_not_read_are_told_before_the_work_begins(recognizer: str) -> None:
    said = "2 of 3 articles are in French, which the installed recognizer does not read: "
    with pytest.warns(LanguageNotRead, match=said) as caught:
        geomap.geoparse([FRENCH, FRENCH, TEXT], recognizer=recognizer)
    assert caught[0].filename == __file__
    with pytest.warns(LanguageNotRead, match="the article is in French") as caught:
        geomap.Geoparser(recognizer=recognizer).recognize(FRENCH)
    assert caught[0].filename == __file__


def test_a_recognizer_of_ones_own_may_read_any_language() -> None:
    class Finds:
        def recognize(self, texts: Any) -> list[list[Any]]:
            return [[] for _ in texts]

    assert len(geomap.geoparse([FRENCH], recognizer=Finds())) == 0


# --- paths ----------------------------------------------------------------------------------------------------------


def test_a_path_is_read_and_so_is_a_string_that_names_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "b.csv").write_text(f"id,text\nz,{OTHER}\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    for folder in (Path("news"), "news/", str(tmp_path / "news")):
        assert as_articles(folder)["article_id"].tolist() == ["a"]
    assert as_articles("b.csv")["article_id"].tolist() == ["z"]
    assert as_articles([Path("news"), Path("b.csv")])["text"].tolist() == [TEXT, OTHER]


def test_strings_in_a_list_are_texts_whatever_they_look_like(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "b.csv").write_text("text\nx\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.warns(ArticlesDoubtful, match="'b.csv' is read as a text, but names a file; give Path objects"):
        assert as_articles(["b.csv"])["text"].tolist() == ["b.csv"]
    with pytest.warns(ArticlesDoubtful, match="but looks like a path, which leads nowhere"):
        as_articles(["news/c.csv"])
    with pytest.warns(ArticlesDoubtful, match="but is an address; geomap fetches nothing"):
        as_articles(["https://example.org/a"])


def test_a_generator_of_paths_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "b.txt").write_text(OTHER, "utf-8")
    assert sorted(as_articles(tmp_path.glob("*.txt"))["text"]) == sorted([TEXT, OTHER])


@pytest.mark.parametrize(
    "text",
    ["/no/such/folder", "./news", "../news", "~/news", "news/", r"C:\Users\me\my news", r"\\server\news", "C:/news"],
)
def test_what_can_only_be_a_path_and_leads_nowhere_is_an_error(text: str) -> None:
    with pytest.raises(ArticlesNotFound, match="no such file or folder"):
        as_articles(text)


@pytest.mark.parametrize("read", [as_articles, read_articles])
def test_an_address_is_answered_with_how_to_fetch_it(read: Any) -> None:
    with pytest.raises(
        ArticlesNotFound, match=r"https://example.org/a is an address, .* fetches nothing: save the page"
    ):
        read("https://example.org/a")
    with pytest.raises(ArticlesNotFound, match=r"https://example.org/a is an address"):
        read(Path("https://example.org/a"))


def test_a_pattern_of_the_shell_is_answered_with_that_of_python() -> None:
    with pytest.raises(ArticlesNotFound, match=r"give Path\(folder\).glob"):
        read_articles("news/*.txt")


def test_the_folder_of_the_user_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    assert as_articles("~/a.txt")["text"].tolist() == [TEXT]
    assert read_articles("~/a.txt")["text"].tolist() == [TEXT]


@pytest.mark.parametrize(
    "held",
    [
        [{"text": [TEXT, OTHER]}],
        pd.DataFrame({"text": [[TEXT, OTHER]]}),
        pl.DataFrame({"text": [[TEXT, OTHER]]}),
        pd.DataFrame({"text": pd.Series([np.array([TEXT, OTHER])])}),
    ],
)
def test_paragraphs_in_a_list_are_one_text_as_in_a_file(held: Any, tmp_path: Path) -> None:
    assert as_articles(held)["text"].tolist() == [f"{TEXT}\n\n{OTHER}"]
    (tmp_path / "a.json").write_text(json.dumps([{"title": "a", "text": [TEXT, OTHER]}]), "utf-8")
    assert read_articles(tmp_path / "a.json")["text"].tolist() == [f"{TEXT}\n\n{OTHER}"]


def test_texts_by_their_ids_are_a_series() -> None:
    texts = {"u": TEXT, "v": OTHER}
    with pytest.raises(ColumnMissing, match=r"texts by their ids are a Series: pandas.Series\(texts\)"):
        as_articles(texts)
    assert as_articles(pd.Series(texts))["article_id"].tolist() == ["u", "v"]


@pytest.mark.filterwarnings("ignore::geomap.errors.ArticlesSkipped")
def test_a_name_of_a_file_that_is_not_there_is_an_error_and_a_sentence_never_is() -> None:
    with pytest.raises(ArticlesNotFound, match=r"if it is a text, give it in a list: \['news.csv'\]"):
        as_articles("news.csv")
    for text in ("Mosul/Erbil", "He sent news.csv", "", "A. B.", "x" * 5000, "a/b\nc.csv"):
        as_articles(text)
    with pytest.warns(ArticlesSkipped, match="lone surrogates replaced"):
        as_articles("\ud83d/x")


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (
            pd.DataFrame({"text": [1, 2]}),
            "the column 'text' of the articles table must hold texts .*; got int in all 2 rows",
        ),
        (pd.DataFrame({"text": [TEXT, 2]}), r"got an int \(2\) in row 1"),
        (pd.Series([1.5, 2.5]), "the Series must hold texts"),
        ([TEXT, 3], r"articles\[1\] must be a text .*; got an int \(3\)"),
        ([{"text": TEXT}, OTHER], r"articles\[1\] must be a dict"),
        ([b"x"], r"articles\[0\] must be a text .*; got a bytes"),
        ({TEXT}, "not be a set"),
        (np.array([[TEXT]]), "2 dimensions"),
        ({"text": b"x"}, "must hold texts"),
    ],
)
def test_what_is_no_text_is_named(held: Any, said: str) -> None:
    with pytest.raises(WrongKind, match=said):
        as_articles(held)


def test_an_open_file_is_no_list_of_lines(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    with (tmp_path / "a.txt").open() as file, pytest.raises(WrongKind, match="an open file: give its path"):
        as_articles(file)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (pd.DataFrame(), "empty table; it needs a column 'text'"),
        ([], "articles is empty"),
        ({}, "empty dict"),
        (pd.DataFrame({"text": [None, None]}), "missing in every row"),
        ({"text": [TEXT, OTHER], "topic": ["x"]}, "different lengths: text 2, topic 1"),
        (pd.DataFrame([[TEXT, TEXT]], columns=["text", "text"]), "'text' stands twice"),
        (pd.DataFrame([[TEXT]], columns=pd.MultiIndex.from_tuples([("a", "text")])), "2 levels of column names"),
    ],
)
def test_a_table_without_articles_says_why(held: Any, said: str) -> None:
    with pytest.raises(InvalidTable, match=said):
        as_articles(held)


def test_a_table_without_text_says_which_columns_it_has() -> None:
    with pytest.raises(
        ColumnMissing, match=r"no column of text; rename the one that is to 'text'\. It has: url, count"
    ):
        as_articles(pd.DataFrame({"url": ["x"], "count": [1]}))


def test_a_table_with_the_columns_and_no_rows_has_no_mentions() -> None:
    mentions = geomap.geoparse(pd.DataFrame({"article_id": [], "text": [], "topic": []}), recognizer="gazetteer")
    assert list(mentions.columns) == [*MENTIONS, "topic", "geometry"]
    assert len(mentions) == 0


# --- damaged characters -----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["\ud83d", "\0", "\ud83d\ude00"])
def test_offsets_hold_in_texts_with_characters_that_no_file_can_hold(damage: str) -> None:
    text = f"a{damage} Rain fell on Mosul {damage} and on Erbil."
    table = pd.DataFrame({"text": pd.Series([text], dtype=object), "topic": pd.Series([damage], dtype=object)})
    with pytest.warns(ArticlesSkipped, match="replaced by U\\+FFFD in the text"):
        mentions = geomap.geoparse(table, recognizer="gazetteer")
    assert mentions["toponym"].tolist() == ["Mosul", "Erbil"]
    assert [text[row.start : row.end] for row in mentions.itertuples()] == ["Mosul", "Erbil"]


# --- through geoparse ---------------------------------------------------------------------------------------------------


def test_geoparse_takes_a_sentence() -> None:
    assert geomap.geoparse("Protests in Mosul")["name"].tolist() == ["Mosul"]


@pytest.mark.slow
def test_further_columns_of_the_articles_arrive_in_the_mentions_and_color_the_map() -> None:
    held = {
        "text": [TEXT, OTHER],
        "topic": ["weather", "aid"],
        "words": [4, 4],
        "confidence": [7, 8],
        "lon": [1.0, 2.0],
        "tags": [["a"], ["b"]],
        "day": pd.to_datetime(["2017-03-01", "2017-03-02"]),
    }
    mentions = geomap.geoparse(held, recognizer="gazetteer")
    added = ["topic", "words", "confidence_article", "lon_article", "tags", "day"]
    assert list(mentions.columns) == [*MENTIONS, *added, "geometry"]
    assert mentions["topic"].tolist() == ["weather", "aid"]
    assert isinstance(mentions["topic"].dtype, pd.CategoricalDtype)
    assert mentions["words"].dtype == "int64"
    assert mentions["confidence_article"].tolist() == [7, 8]
    assert mentions["tags"].tolist() == [["a"], ["b"]]
    assert mentions["confidence"].between(0, 1).all()
    geomap.explore(mentions, color="topic")


@pytest.mark.parametrize("suffix", [".gpkg", ".csv", ".geojson", ".parquet"])
@pytest.mark.filterwarnings("ignore::geomap.errors.LossyExport", "ignore::UserWarning")
def test_further_columns_of_any_name_and_value_can_be_written(suffix: str, tmp_path: Path) -> None:
    held = {
        "text": [TEXT, OTHER],
        "fid": [7, 7],
        "FID": [7, 8],
        "geom": ["a", "b"],
        "Title": ["x", "y"],
        "tags": [["a"], ["b"]],
        "mixed": [1, "a"],
        5: [1, 2],
    }
    articles = gpd.GeoDataFrame(held, geometry=gpd.points_from_xy([1, 2], [3, 4]), crs="EPSG:4326")
    mentions = geomap.geoparse(articles, recognizer="gazetteer")
    assert "geometry_article" in mentions
    path = geomap.export.write_mentions(mentions, tmp_path / f"m{suffix}")
    again = geomap.export.read_mentions(path)
    assert again["toponym"].tolist() == ["Mosul", "Erbil"]
    assert len(again.columns) == len(mentions.columns)


# --- the parser that is kept ---------------------------------------------------------------------------------------------


def test_the_parser_is_kept_for_the_same_options_until_it_is_let_go() -> None:
    forget()
    first = _KEPT.parser(**options())
    assert _KEPT.parser(**options()) is first
    assert _KEPT.parser(**options(min_confidence=0.5)) is not first
    forget()
    assert _KEPT.parser(**options()) is not first
    forget()


def test_a_gazetteer_file_that_changed_makes_another_parser(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("name,latitude,longitude\nQwxville,10,20\n", "utf-8")
    text = "Rain fell on Qwxville and Zyxburg."
    found = geomap.geoparse(text, recognizer="gazetteer", gazetteer=file)
    assert found["toponym"].tolist() == ["Qwxville"]
    file.write_text("name,latitude,longitude\nZyxburg,10,20\nOthertown,1,2\n", "utf-8")
    found = geomap.geoparse(text, recognizer="gazetteer", gazetteer=file)
    assert found["toponym"].tolist() == ["Zyxburg"]
    forget()


@pytest.mark.slow
def test_threads_share_one_parser_and_agree() -> None:
    forget()
    results: list[list[str]] = []

    def work() -> None:
        results.append(geomap.geoparse([TEXT, OTHER], recognizer="gazetteer")["toponym"].tolist())

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [["Mosul", "Erbil"]] * 8
    assert len(_KEPT._kept) == 1
    forget()


def options(**chosen: Any) -> dict[str, Any]:
    plain = {"recognizer": "gazetteer", "gazetteer": "embedded", "min_confidence": None, "homes": None}
    return {**plain, "source_home": None, "fallback": None, **chosen}
