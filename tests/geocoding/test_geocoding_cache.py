"""Answers are kept: readable, without secrets, for as long as they may be, and whatever happens to the file."""

from __future__ import annotations

import json
import os
import pickletools
import sqlite3
import stat
import time
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from geocoding_fakes import MOSUL, fill, place
from hypothesis import given
from hypothesis import strategies as st

from geomap.errors import GeocodingCacheSetAside, GeocodingCacheUnusable, GeomapWarning, UnsupportedFormat
from geomap.geocoding import cache_info, clear_cache, export_cache, geocode, plan
from geomap.geocoding._cache import SIDE_FILES, identify

DAY = 86_400.0


def rows_of(path: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM answers")]


def run(service, *names: str) -> list[str]:
    return geocode(names, service=service, progress=False)["status"].tolist()


def test_raw_rows_are_json_with_the_answer_and_without_headers_or_cookies(make, tmp_path, clock) -> None:
    one, _ = make(headers={"Authorization": "Basic c2VjcmV0"})
    assert run(one, "Mosul", "Nowhere") == ["found", "not_found"]
    one.close()
    rows = rows_of(tmp_path / "answers.sqlite")
    assert len(rows) == 2
    for row in rows:
        assert set(row) == {"key", "url", "body", "is_json", "fetched", "expires"}
        body = row["body"]
        assert isinstance(body, str), "bytes would be a pickle"
        with pytest.raises((ValueError, IndexError)):
            list(pickletools.genops(body.encode()))
        assert [place["name"] for place in json.loads(body)] in (["Mosul"], [])
        assert row["url"].startswith("https://nominatim.openstreetmap.org/search?")
        assert len(row["key"]) == 32
        assert row["is_json"] == 1
        assert row["fetched"] <= clock.now < row["expires"]


def test_what_is_not_there_is_forgotten_sooner(make, clock) -> None:
    one, transport = make()
    run(one, "Mosul", "Nowhere")
    clock.now += 13 * DAY
    run(one, "Mosul", "Nowhere")
    assert len(transport.requests) == 2
    clock.now += 2 * DAY
    run(one, "Mosul", "Nowhere")
    assert transport.queries == ["Mosul", "Nowhere", "Nowhere"]
    clock.now += 170 * DAY
    run(one, "Mosul")
    assert transport.queries[3:] == ["Mosul"]


@pytest.mark.parametrize(("service", "days"), [("mapbox", 0), ("google", 30)])
def test_nothing_is_kept_longer_than_the_terms_allow(make, clock, service: str, days: int) -> None:
    answers = {
        "mapbox": {"features": [{"place_name": "Mosul", "geometry": {"coordinates": [43.1, 36.3]}}]},
        "google": {
            "status": "OK",
            "results": [{"formatted_address": "Mosul", "geometry": {"location": {"lat": 36.3, "lng": 43.1}}}],
        },
    }
    one, transport = make(service, api_key="some-key-12", answer=lambda request: answers[service])
    assert run(one, "Mosul") == ["found"]
    clock.now += max(days - 1, 0) * DAY
    run(one, "Mosul")
    assert len(transport.requests) == (1 if days else 2)
    clock.now += 2 * DAY
    run(one, "Mosul")
    assert len(transport.requests) == (2 if days else 3)


def test_hits_never_wait(make, clock) -> None:
    one, _ = make()
    run(one, *[f"Street {number}" for number in range(5)])
    before = list(clock.slept)
    run(one, *[f"Street {number}" for number in range(5)])
    assert clock.slept == before


def test_hits_are_answered_while_the_service_is_being_left_alone(make) -> None:
    from geocoding_fakes import query_of, reply

    def answer(request):
        bad = "Bad" in query_of(request)
        return reply({}, status=403, request=request) if bad else [place(query_of(request))]

    one, _ = make(answer=answer)
    run(one, "Mosul")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GeomapWarning)
        assert run(one, "Bad", "Mosul", "Erbil") == ["error", "found", "error"]


@pytest.mark.slow
def test_ten_thousand_cached_names_take_less_than_two_seconds(make, tmp_path) -> None:
    one, transport = make(rate=1.0)
    names = [f"Street {number}" for number in range(10_000)]
    fill(one, names)
    started, cpu = time.perf_counter(), time.process_time()
    table = geocode(names, service=one, progress=False)
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    assert table["status"].eq("found").all()
    assert len(transport.requests) == 1
    # Of the processor's time: the clock on the wall also counts what else the machine does.
    assert cpu < 2.0, (cpu, wall)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwritten(path: Path) -> None:
    path.write_bytes(b"this is not a database" * 1000)


def scrambled(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    path.write_bytes(data)


def header_lost(path: Path) -> None:
    path.write_bytes(b"\0" * 100 + path.read_bytes()[100:])


@pytest.mark.parametrize("damage", [truncated, overwritten, scrambled, header_lost])
def test_a_damaged_cache_is_set_aside_with_a_warning_and_rebuilt(make, tmp_path, damage) -> None:
    path = tmp_path / "answers.sqlite"
    one, _ = make()
    run(one, *[f"Street {number}" for number in range(40)])
    one.close()
    damage(path)
    damaged = path.read_bytes()
    two, transport = make()
    with pytest.warns(GeocodingCacheSetAside, match="is damaged .* a new one started"):
        assert run(two, "Street 1", "Street 2") == ["found", "found"]
    assert len(transport.requests) == 2
    aside = [each for each in tmp_path.glob("answers.sqlite.damaged-*") if not each.name.endswith(("-wal", "-shm"))]
    assert [each.read_bytes() for each in aside] == [damaged]
    assert run(two, "Street 1", "Street 2") == ["found", "found"]
    assert len(transport.requests) == 2


def test_a_cache_damaged_during_a_run_loses_no_row(make, tmp_path) -> None:
    path = tmp_path / "answers.sqlite"
    one, _ = make()
    run(one, *[f"Street {number}" for number in range(40)])
    one.close()
    run(one, "Street 0")
    for ending in SIDE_FILES[1:]:
        Path(f"{path}{ending}").unlink(missing_ok=True)
    scrambled(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GeocodingCacheSetAside)
        assert run(one, *[f"Lane {number}" for number in range(20)]) == ["found"] * 20
    assert run(one, *[f"Lane {number}" for number in range(20)]) == ["found"] * 20


def test_a_cache_of_the_layout_before_is_set_aside_with_a_warning(make, tmp_path) -> None:
    path = tmp_path / "answers.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE responses (key TEXT PRIMARY KEY, value BLOB, expires INTEGER)")
        connection.execute("INSERT INTO responses VALUES ('a', '{}', 1)")
    with pytest.raises(GeocodingCacheUnusable, match="sets it aside"):
        cache_info(path)
    one, _ = make()
    with pytest.warns(GeocodingCacheSetAside, match="not a cache of this version"):
        assert run(one, "Mosul") == ["found"]
    assert len(rows_of(path)) == 1
    (aside,) = [each for each in tmp_path.glob("answers.sqlite.damaged-*") if not each.name.endswith(("-wal", "-shm"))]
    with closing(sqlite3.connect(aside)) as connection:
        assert connection.execute("SELECT key FROM responses").fetchall() == [("a",)]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *[("body", value) for value in ("", "{", "null", "{}", "5", '"text"', b"\x80\x04N.", "[" * 100_000)],
        *[("fetched", value) for value in ("soon", b"\x00", 1e300, -1e300)],
        ("expires", "later"),
    ],
)
def test_a_damaged_row_is_asked_again_and_written_over(make, tmp_path, column, value) -> None:
    one, transport = make()
    run(one, "Mosul")
    with closing(sqlite3.connect(tmp_path / "answers.sqlite")) as connection, connection:
        connection.execute(f"UPDATE answers SET {column} = ?", (value,))
    assert run(one, "Mosul") == ["found"]
    assert run(one, "Mosul") == ["found"]
    assert len(transport.requests) == 2


def test_a_folder_that_cannot_be_made_is_an_error_before_anything_is_sent(make, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    one, transport = make(cache=tmp_path / "file" / "below" / "a.sqlite")
    with pytest.raises(GeocodingCacheUnusable, match="choose another") as caught:
        run(one, "Mosul")
    assert isinstance(caught.value, OSError)
    assert transport.requests == []


def test_a_disk_that_fills_up_loses_no_answer(make, tmp_path, monkeypatch) -> None:
    one, _ = make()
    run(one, "Mosul")
    one.cache._connection.execute("PRAGMA max_page_count = 1")
    with pytest.warns(GeomapWarning, match="answers are not kept"):
        statuses = run(one, *[f"A street with a long name, number {number}" for number in range(60)])
    assert statuses == ["found"] * 60


def test_a_recorded_cache_is_read_from_where_nothing_can_be_written(make, tmp_path) -> None:
    one, _ = make()
    run(one, "Mosul", "Nowhere")
    folder = tmp_path / "shipped"
    folder.mkdir()
    assert export_cache(folder / "recorded.sqlite", path=tmp_path / "answers.sqlite") == 2
    assert [path.name for path in folder.iterdir()] == ["recorded.sqlite"]
    (folder / "recorded.sqlite").chmod(stat.S_IRUSR)
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    two, transport = make(cache=folder / "recorded.sqlite", only_cached=True)
    table = geocode(["Mosul", "Nowhere", "Erbil"], service=two)
    folder.chmod(stat.S_IRWXU)
    assert table["status"].tolist() == ["found", "not_found", "error"]
    assert table["reason"][2] == "not in the cache, and only cached answers were asked for"
    assert transport.requests == []
    assert [path.name for path in folder.iterdir()] == ["recorded.sqlite"]


def test_a_recorded_cache_does_not_expire(make, tmp_path, clock) -> None:
    one, _ = make()
    run(one, "Mosul")
    export_cache(tmp_path / "recorded.sqlite", path=tmp_path / "answers.sqlite")
    clock.now += 10_000 * DAY
    two, _ = make(cache=tmp_path / "recorded.sqlite", only_cached=True)
    assert run(two, "Mosul") == ["found"]


def test_a_missing_or_damaged_recorded_cache_is_an_error(make, tmp_path) -> None:
    one, _ = make(cache=tmp_path / "no.sqlite", only_cached=True)
    with pytest.raises(GeocodingCacheUnusable, match=r"recorded cache .* does not exist"):
        run(one, "Mosul")
    overwritten(tmp_path / "no.sqlite")
    with pytest.raises(GeocodingCacheUnusable, match="damaged"):
        run(one, "Mosul")
    assert (tmp_path / "no.sqlite").exists()


def test_info_clear_and_export(make, tmp_path) -> None:
    path = tmp_path / "answers.sqlite"
    assert cache_info(path).answers == 0
    assert clear_cache(path) == 0
    with pytest.raises(GeocodingCacheUnusable, match=r"geocoding cache .* does not exist"):
        export_cache(tmp_path / "out.sqlite", path=path)
    one, _ = make()
    run(one, "Mosul", "Erbil", "Nowhere")
    info = cache_info(path)
    assert (info.answers, info.hosts) == (3, (("nominatim.openstreetmap.org", 3),))
    assert info.expired == 3  # the test's clock stands in 2025
    assert "3 answers" in str(info)
    assert export_cache(tmp_path / "list.csv", path=path) == 3
    assert (tmp_path / "list.csv").read_text("utf-8").count("https://nominatim.openstreetmap.org/search?") == 3
    with pytest.raises(UnsupportedFormat):
        export_cache(tmp_path / "list.json", path=path)
    assert clear_cache(path, expired_only=True) == 3
    assert run(one, "Mosul") == ["found"]
    assert clear_cache(path) == 1
    assert run(one, "Mosul") == ["found"]


def test_info_of_a_damaged_file_is_an_error(tmp_path) -> None:
    overwritten(tmp_path / "answers.sqlite")
    with pytest.raises(GeocodingCacheUnusable, match="damaged"):
        cache_info(tmp_path / "answers.sqlite")


def test_the_default_file_lies_in_the_cache_folder(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("GEOMAP_CACHE", str(tmp_path))
    assert cache_info().path == tmp_path / "geocoding.sqlite"


def test_nothing_is_opened_before_the_first_question(make, tmp_path) -> None:
    one, _ = make()
    assert list(tmp_path.iterdir()) == []
    plan([], service=one)
    assert list(tmp_path.iterdir()) == []


@given(st.permutations(["a=1", "key=SECRET", "b=x%20y", "c="]), st.sampled_from(["SECRET", "other", ""]))
def test_keys_do_not_depend_on_secrets_or_the_order_of_parameters(pairs: list[str], secret: str) -> None:
    url = "https://host.example/search?" + "&".join(pairs).replace("SECRET", secret)
    key, clean = identify("service", url, secret=("key",))
    assert key == identify("service", "https://host.example/search?a=1&b=x%20y&c=", secret=("key",))[0]
    assert "key=" not in clean


@given(
    st.lists(st.sampled_from("abc=&%20+"), max_size=12).map("".join),
    st.lists(st.sampled_from("abc=&"), max_size=9).map("".join),
)
def test_different_requests_have_different_keys(one: str, other: str) -> None:
    same = sorted(one.split("&")) == sorted(other.split("&"))
    keys = [identify("s", f"https://h/p?{query}", secret=())[0] for query in (one, other)]
    assert (keys[0] == keys[1]) == same
    assert identify("s", "https://h/p?a", secret=())[0] != identify("t", "https://h/p?a", secret=())[0]
    assert identify("s", "https://h/p?a", secret=())[0] != identify("s", "https://h/q?a", secret=())[0]


def test_the_sample_record_is_one_that_nominatim_writes() -> None:
    assert {"lat", "lon", "osm_type", "osm_id", "display_name", "boundingbox"} <= set(MOSUL)


def test_only_cached_sees_what_another_service_has_just_kept_in_the_open_file(make) -> None:
    one, _ = make()
    assert run(one, "Mosul") == ["found"]
    two, transport = make(only_cached=True)
    assert run(two, "Mosul", "Erbil") == ["found", "error"]
    assert transport.requests == []
    one.close()
