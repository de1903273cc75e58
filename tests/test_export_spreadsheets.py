"""A CSV of mentions that was opened and saved in a spreadsheet of another country reads back as it was written."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from pandas.testing import assert_series_equal

from geomap import errors
from geomap.datasets import sample_articles, sample_mentions
from geomap.evaluation import read_gold
from geomap.export import read_mentions, write_mentions


def as_text(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def comma(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the numbers that German, French or Russian spreadsheets write."""
    numbers = table.columns.intersection(["lon", "lat", "confidence", "dot_probability", "radius_km"])
    return table.assign(**{name: table[name].str.replace(".", ",") for name in numbers})


def rewritten(form: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def with_dates(table: pd.DataFrame) -> pd.DataFrame:
        times = pd.to_datetime(table["published"], utc=True)
        return comma(table).assign(published=times.dt.strftime(form))

    return with_dates


SAVED = {
    "as written": (lambda table: table, ",", "utf-8"),
    "with a mark": (lambda table: table, ",", "utf-8-sig"),
    "semicolons and decimal commas": (comma, ";", "utf-8-sig"),
    "tabs of UTF-16": (comma, "\t", "utf-16"),
    "Western Europe": (comma, ";", "cp1252"),
    "German dates": (rewritten("%d.%m.%Y %H:%M"), ";", "utf-8"),
    "French dates": (rewritten("%d/%m/%Y %H:%M"), ";", "utf-8"),
    "Swedish dates": (rewritten("%Y-%m-%d %H:%M"), ";", "utf-8"),
    "American dates": (rewritten("%m/%d/%Y %H:%M"), ",", "utf-8"),
}


def mentions_with_accents() -> gpd.GeoDataFrame:
    mentions = sample_mentions()
    mentions["title"] = "Überschwemmung in Mossul – bald vorüber"
    mentions["published"] = pd.to_datetime("2017-03-31 10:05", utc=True).as_unit("us")
    mentions["checked_by_hand"] = "ja"
    return mentions


@pytest.mark.filterwarnings("ignore::geomap.errors.LossyExport", "ignore::geomap.errors.EncodingGuessed")
@pytest.mark.parametrize("how", SAVED)
def test_what_a_spreadsheet_saved_reads_back(how: str, tmp_path: Path) -> None:
    change, delimiter, encoding = SAVED[how]
    mentions = mentions_with_accents()
    path = write_mentions(mentions, tmp_path / "mentions.csv")
    if encoding == "cp1252":  # which lacks some letters of the sample
        path.write_text(path.read_text("utf-8").encode(encoding, "replace").decode(encoding), "utf-8")
    before = read_mentions(path)
    change(as_text(path)).to_csv(path, index=False, sep=delimiter, encoding=encoding, lineterminator="\r\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.ArticlesDoubtful)
        after = read_mentions(path)
    assert after.columns.tolist() == before.columns.tolist()
    for name in before.columns:
        assert_series_equal(after[name], before[name])


def test_an_encoding_that_is_guessed_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mentions.csv"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.LossyExport)
        write_mentions(mentions_with_accents(), path)
    path.write_bytes(path.read_text("utf-8").encode("cp1252", "replace"))
    with pytest.warns(errors.EncodingGuessed, match="read as cp1252"):
        read_mentions(path)


def test_days_and_months_that_nothing_tells_apart_are_told(tmp_path: Path) -> None:
    path = tmp_path / "mentions.csv"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.LossyExport)
        write_mentions(mentions_with_accents(), path)
    as_text(path).assign(published="03/04/2017").to_csv(path, index=False)
    with pytest.warns(errors.ArticlesDoubtful, match=r"published: .*month"):
        assert read_mentions(path)["published"].dt.month.eq(3).all()


@pytest.mark.parametrize(("words", "value"), [(("WAHR", "FALSCH"), True), (("FAUX", "VRAI"), False)])
def test_true_and_false_are_read_in_the_language_of_a_spreadsheet(words: tuple[str, str], value: bool) -> None:
    from geomap.export import _boolean

    assert [_boolean(word) for word in words] == [value, not value]


def test_what_no_spreadsheet_can_give_back_is_an_error_that_names_the_column(tmp_path: Path) -> None:
    path = tmp_path / "mentions.csv"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.LossyExport)
        write_mentions(mentions_with_accents(), path)
    for column, spoiled in (("lat", "36. Mrz"), ("published", "########"), ("start", "1,5")):
        table = as_text(path).assign(**{column: spoiled})
        table.to_csv(tmp_path / "spoiled.csv", index=False)
        with pytest.raises(errors.MentionsUnreadable, match=r"spoiled\.csv"):
            read_mentions(tmp_path / "spoiled.csv")


@pytest.mark.parametrize("read", [read_mentions, lambda path: read_gold(path, articles=sample_articles())])
def test_rows_longer_than_the_header_are_an_error_and_not_names_of_rows(
    read: Callable[[Path], object], tmp_path: Path
) -> None:
    """Pandas takes the fields before the last ones for an index; of 2,000 of them it takes minutes to read the rows."""
    path = tmp_path / "gold.csv"
    header = "article_id,field,start,end,toponym,lat,lon,geonameid"
    path.write_text(f"{header}\na1,text,26,31,Mosul{',31' * 2_000}\n", "utf-8")
    with pytest.raises((errors.MentionsUnreadable, errors.InvalidGold), match="more fields than the header"):
        read(path)


def test_a_document_of_recogito_whose_name_no_file_can_have_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "recogito.csv"
    header = "UUID,FILE,QUOTE_TRANSCRIPTION,ANCHOR,TYPE,URI,VOCAB_LABEL,VOCAB_TOPONYMS,LAT,LNG"
    path.write_text(f"{header}\nu,{'a' * 5_000},Mosul,char-offset:26,PLACE,,,,36,43\n", "utf-8")
    with pytest.raises(errors.InvalidGold, match=r"recogito\.csv"):
        read_gold(path)
