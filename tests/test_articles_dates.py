"""Dates of articles: one parser for every form, and the order of day and month decided by a column's own evidence."""

import datetime
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geomap.articles import read_articles
from geomap.articles._dates import parse_dates
from geomap.errors import ArticlesDoubtful


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("20170301", "2017-03-01"),
        (20170301, "2017-03-01"),
        (np.int64(20170301), "2017-03-01"),
        (20170301.0, "2017-03-01"),
        ("20170301.0", "2017-03-01"),
        (2017, "2017-01-01"),
        (2017.0, "2017-01-01"),
        ("2017.0", "2017-01-01"),
        (1488326400, "2017-03-01"),
        (1488326400000, "2017-03-01"),
        ("2017-W09-3", "2017-03-01"),
        ("2017W093", "2017-03-01"),
        ("2017-060", "2017-03-01"),
        ("2017060", "2017-03-01"),
        ("20250303T080000Z", "2025-03-03 08:00"),
        ("2017-03-31T10:20:30.123456789Z", "2017-03-31 10:20:30.123456"),
        ("2017-03-31 10:20:30 +02:00", "2017-03-31 08:20:30"),
        ("2017-03-31T10:20:30+02:00[Europe/Berlin]", "2017-03-31 08:20:30"),
        ("Fri Mar 31 2017 10:20:30 GMT+0200 (Central European Summer Time)", "2017-03-31 08:20:30"),
        ("Fri Mar 31 10:20:30 +0000 2017", "2017-03-31 10:20:30"),
        ("31/Mar/2017:10:20:30 +0200", "2017-03-31 08:20:30"),
        ("Friday, 31-Mar-17 10:20:30 GMT", "2017-03-31 10:20:30"),
        ("1st of May 2003", "2003-05-01"),
        ("3/31/17 4:05 PM", "2017-03-31 16:05"),
        ("2017/3/31", "2017-03-31"),
        ("March 2017", "2017-03-01"),
        ("03/2017", "2017-03-01"),
    ],
)
def test_one_parser_reads_every_usual_form(written, meant):
    parsed = parse_dates([written])
    assert parsed.dates.tolist() == [pd.Timestamp(meant, tz="UTC")]
    assert parsed.unreadable == []


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("Wed Nov 23, 2016 | 10:27am EST", "15:27"),
        ("23 Nov 2016 10:27 CET", "09:27"),
        ("23 Nov 2016 10:27 BST", "09:27"),
        ("23 Nov 2016 10.27 Uhr MEZ", "09:27"),
        ("10:27 a.m. ET, November 23, 2016", "15:27"),
        ("November 23, 2016 10:27 a.m. Eastern Time", "15:27"),
        ("2016-11-23 10:27 America/Chicago", "16:27"),
        ("23 Nov 2016 10:27 IST", "10:27"),  # of India, Israel or Ireland: taken as UTC
    ],
)
def test_time_zones_are_known_by_name(written, hour):
    assert parse_dates([written]).dates[0] == pd.Timestamp(f"2016-11-23 {hour}", tz="UTC")


def test_a_zone_with_summer_time_depends_on_the_day():
    winter, summer = parse_dates(["January 31, 2017 10:00 ET", "July 31, 2017 10:00 ET"]).dates
    assert (winter.hour, summer.hour) == (15, 14)


@pytest.mark.parametrize(
    "written",
    [
        *(
            "31. März 2017",
            "Freitag, den 31. März 2017",
            "31 mars 2017",
            "vendredi 31 mars 2017",
            "31 de marzo de 2017",
        ),
        *(
            "mar, 31 de mar. de 2017",
            "venerdì 31 marzo 2017",
            "31 de março de 2017",
            "31 maart 2017",
            "den 31 mars 2017",
        ),
        *(
            "31 marca 2017 r.",
            "31. března 2017",
            "31 martie 2017",
            "2017. március 31.",
            "31 марта 2017 г.",
            "31 березня 2017",
        ),
        *("31 Mart 2017", "31 Μαρτίου 2017", "31. maaliskuuta 2017", "31 مارس 2017", "٣١ آذار ٢٠١٧", "31 במרץ 2017"),
        *(
            "2017年3月31日",
            "2017年3月31日（金曜日）",
            "2017년 3월 31일 금요일",
            "ngày 31 tháng 3 năm 2017",
            "31 Maret 2017",
        ),
    ],
)
def test_months_are_known_in_many_languages(written):
    assert parse_dates([written]).dates.tolist() == [pd.Timestamp("2017-03-31", tz="UTC")]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("31 de março de 2017 às 10h20", "10:20"),
        ("den 31 mars 2017 kl. 10.20", "10:20"),
        ("31. März 2017, 16.30 Uhr", "16:30"),
        ("2017年3月31日 下午3:20", "15:20"),
    ],
)
def test_the_time_of_day_is_read_as_it_is_written_elsewhere(written, meant):
    assert parse_dates([written]).dates[0] == pd.Timestamp(f"2017-03-31 {meant}", tz="UTC")


@pytest.mark.parametrize(
    ("value", "year"),
    [
        ("1492-10-12", 1492),
        ("12 October 1492", 1492),
        (datetime.date(1492, 10, 12), 1492),
        (np.datetime64("1492-10-12"), 1492),
        ("3017-01-01", 3017),
        (datetime.datetime(3017, 1, 1, tzinfo=datetime.UTC), 3017),
    ],
)
def test_years_beyond_nanoseconds_are_held(value, year):
    assert parse_dates([value]).dates.dt.year.tolist() == [year]


@pytest.mark.parametrize(
    "value",
    [
        *("Monday", "10:30", "May", "12", "soon", "31/31/2017", "0000-00-00", "2017-13-45", "Volume 3, March 2017"),
        *("in 3 days", "45 March 2017", "Spring 2017", "99:99 2017-01-01", "x" * 10_000, 12, True, 1e30, ["2017"]),
    ],
)
def test_what_is_no_date_is_named_and_left_missing(value):
    parsed = parse_dates([None, value, ""])
    assert parsed.dates.isna().all()
    assert parsed.unreadable == [1]


def test_dates_of_a_series_keep_their_instant():
    times = pd.Series(
        pd.to_datetime(["2017-03-31 10:00+02:00", None], utc=True).tz_convert("Europe/Berlin"), index=[7, 3]
    )
    assert parse_dates(times).dates.tolist() == [pd.Timestamp("2017-03-31 08:00", tz="UTC"), pd.NaT]
    assert parse_dates(pd.Series([], dtype="datetime64[ns]")).dates.dtype == "datetime64[us, UTC]"


# --- day or month first ------------------------------------------------------------------------------------------------


def days(values: list[object], **options: bool) -> list[str]:
    return parse_dates(values, **options).dates.dt.strftime("%m-%d").tolist()


def test_one_date_that_proves_its_order_decides_the_column():
    assert days(["03/04/2017", "13/04/2017"]) == ["04-03", "04-13"]
    assert days(["03/04/2017", "04/13/2017"]) == ["03-04", "04-13"]
    order = parse_dates(["03/04/2017", "03/03/2017", "13/04/2017"]).order
    assert (order.choice, order.day_first, order.undecided) == ("day first", 1, 1)
    assert order.sentence() == "dates read with the day first, as 1 of 2 prove (13/04/2017)"


def test_without_proof_the_month_comes_first_with_slashes_and_the_day_with_dots():
    assert days(["03/04/2017", "05-06-2017"]) == ["03-04", "05-06"]
    assert days(["03.04.2017"]) == ["04-03"]
    assert (
        "1 date such as 03/04/2017 read with the month first, but nothing"
        in parse_dates(["03/04/2017"]).order.sentence()
    )
    assert parse_dates(["03.04.2017"]).order.sentence() == ""


def test_the_caller_decides_and_is_told_of_dates_that_cannot_be_so():
    assert days(["03/04/2017"], dayfirst=True) == ["04-03"]
    assert days(["03.04.2017"], dayfirst=False) == ["03-04"]
    assert days(["03/04/2017", "03/31/2017"], dayfirst=True) == ["04-03", "03-31"]
    assert "1 date can only" in parse_dates(["03/04/2017", "03/31/2017"], dayfirst=True).order.sentence()


def test_contradicting_proofs_leave_each_date_to_itself():
    values = ["13/04/2017", "04/13/2017", "03/04/2017"]
    assert days(values) == ["04-13", "04-13", "03-04"]
    parsed = parse_dates(values)
    assert parsed.order.choice == "contradictory"
    assert "pass dayfirst=True" in parsed.order.sentence()


def read(path: Path, **options: bool) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return read_articles(path, **options)


def test_each_file_decides_for_itself_and_the_account_says_so(tmp_path):
    (tmp_path / "a.csv").write_text("text,date\nx,03/04/2017\nx,13/04/2017\n", "utf-8")
    (tmp_path / "b.csv").write_text("text,date\nx,03/04/2017\nx,04/13/2017\n", "utf-8")
    (tmp_path / "c.csv").write_text("text,date\nx,03/04/2017\n", "utf-8")
    with pytest.warns(ArticlesDoubtful, match=r"1 date such as 03/04/2017 read with the month first, .*dayfirst=True"):
        articles = read_articles(tmp_path)
    assert articles["published"].dt.strftime("%m-%d").tolist() == ["04-03", "04-13", "03-04", "04-13", "03-04"]
    decided = [(p["file"], p["reason"].split(",")[0]) for p in articles.attrs["problems"] if p["action"] == "decided"]
    assert decided == [
        ("a.csv", "dates read with the day first"),
        ("b.csv", "dates read with the month first"),
        ("c.csv", "1 date such as 03/04/2017 read with the month first"),
    ]
    given = read(tmp_path, dayfirst=True)
    assert given["published"].dt.strftime("%m-%d").tolist() == ["04-03", "04-13", "04-03", "04-13", "04-03"]


def test_single_articles_of_one_folder_decide_together(tmp_path):
    for number, day in enumerate(("03/04/2017", "13/04/2017")):
        (tmp_path / f"{number}.json").write_text(f'{{"text": "x", "date": "{day}"}}', "utf-8")
    assert read(tmp_path)["published"].dt.strftime("%m-%d").tolist() == ["04-03", "04-13"]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%SZ", "%a %b %d, %Y | %I:%M%p EST", "%d/%m/%Y %H:%M"])
def test_a_hundred_thousand_different_dates_take_seconds(form):
    values = pd.date_range("2000-01-01", periods=100_000, freq="37min").strftime(form).tolist()
    before = time.perf_counter()
    parsed = parse_dates(values)
    assert time.perf_counter() - before < 15  # 1 to 3 s on one busy core
    assert not parsed.unreadable
