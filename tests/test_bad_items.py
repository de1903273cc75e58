"""One bad item costs one item: a line, a value, an answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.append(str(Path(__file__).parent / "geocoding"))
from geocoding_fakes import USER_AGENT, FakeClock, FakeTransport, place

from geomap import _json
from geomap._http import HttpError
from geomap.corrections import apply_corrections, check_corrections
from geomap.datasets import sample_mentions
from geomap.errors import GeocodingMisused, InvalidCorrections
from geomap.geocoding import Service, geocode
from geomap.geocoding._transport import _redirect_target


def correction(**values: object) -> dict[str, object]:
    mention = sample_mentions().iloc[0]
    key = {name: mention[name] for name in ("article_id", "field", "toponym")}
    return {**key, "start": int(mention["start"]), "end": int(mention["end"]), "verdict": "not a place", **values}


def written(folder: Path, *lines: object) -> Path:
    path = folder / "corrections.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\u0085", "\x0b", "\x1c"])
def test_an_id_may_hold_what_only_some_programs_call_the_end_of_a_line(separator: str, tmp_path: Path) -> None:
    mentions = sample_mentions()
    mentions["article_id"] = mentions["article_id"].astype(object).replace("a1", f"a{separator}1").astype("str")
    line = json.dumps(correction(article_id=f"a{separator}1"), ensure_ascii=False)
    path = written(tmp_path, line)
    assert apply_corrections(mentions, path)["checked"].iloc[0] == "not a place"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"rule": "false"}, "rule must be true or false; got 'false'"),
        ({"rule": 1}, "rule must be true or false; got 1"),
        ({"start": "x"}, "start must be a whole number; got 'x'"),
        ({"start": 0.7}, "start must be a whole number; got 0.7"),
        ({"end": 10**30}, "end must be a whole number"),
        ({"article_id": ["a"]}, "article_id must be text or a whole number"),
        ({"was": 7}, "was must be the place_id"),
        ({"verdict": "moved", "place_id": "geonames:5", "lat": 1, "lon": 1, "admin1": []}, "admin1 must be text"),
        (
            {"verdict": "moved", "place_id": "x", "lat": 1, "lon": 1, "population": 1e3},
            "population must be a whole number",
        ),
        ({"verdict": "moved", "place_id": "x", "lat": True, "lon": 1}, "invalid coordinates: latitude True"),
    ],
)
def test_a_value_of_another_kind_is_named_with_its_line(change: dict[str, object], told: str, tmp_path: Path) -> None:
    path = written(tmp_path, correction(), correction(**change))
    with pytest.raises(InvalidCorrections, match="line 2: ") as caught:
        check_corrections(sample_mentions(), path)
    assert told in str(caught.value)


@pytest.mark.parametrize("digits", ["9" * 20, "9" * 5_000, "٩٩"])
def test_an_id_that_no_column_of_numbers_holds_is_an_id_all_the_same(digits: str, tmp_path: Path) -> None:
    moved = correction(verdict="moved", place_id=f"geonames:{digits}", name="Tau", lat=58.9, lon=5.7)
    row = apply_corrections(sample_mentions(), written(tmp_path, moved)).iloc[0]
    assert (row["place_id"], row["name"], row["geometry"].y) == (f"geonames:{digits}", "Tau", 58.9)
    assert pd.isna(row["geonameid"])


@pytest.mark.parametrize("line", ['{"a": 1e999}', '{"a": NaN}', "[" * 100_000, '{"a": ' + "9" * 5_000 + "}", '{"a"'])
def test_what_is_no_json_is_one_error_with_its_line(line: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidCorrections, match=r"corrections\.jsonl, line 1: "):
        check_corrections(sample_mentions(), written(tmp_path, line))


def test_half_a_character_in_a_key_or_value_becomes_a_mark_and_a_whole_one_stays() -> None:
    assert _json.parse(r'{"\ud800": ["\ud83d", "\ud83d\ude92"]}') == {"\ufffd": ["\ufffd", "🚒"]}


def test_half_a_character_in_an_answer_costs_no_other_answer_and_no_later_run(tmp_path: Path) -> None:
    answers = {"Mosul": [place("Mosul\ud83d")], "Erbil": [place("Erbil", 36.2, 44.0)]}
    for run in range(2):
        transport = FakeTransport(lambda request: answers["Mosul" if "Mosul" in str(request.url) else "Erbil"])
        service = Service("nominatim", user_agent=USER_AGENT, cache=tmp_path, clock=FakeClock(), transport=transport)
        with service:
            found = geocode(["Mosul", "Erbil"], service=service)
        assert found["status"].tolist() == ["found", "found"]
        assert found["address"].tolist() == ["Mosul\ufffd, Iraq", "Erbil, Iraq"]
        assert len(transport.requests) == (0 if run else 2)


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("http://h.example:8081/x", "another port"),
        ("http://user:pw@h.example:8080/x", "another host"),
        ("ftp://h.example:8080/x", "not the web"),
        ("http://other.example:8080/x", "another host"),
        ("http://h.example:99999/x", "an address that is none"),
    ],
)
def test_a_redirect_stays_on_the_host_and_port_and_on_the_web(location: str, told: str) -> None:
    assert _redirect_target("http://h.example:8080/search", "/there") == "http://h.example:8080/there"
    assert _redirect_target("http://h.example/search", "https://h.example/s") == "https://h.example/s"
    with pytest.raises(HttpError, match=told):
        _redirect_target("http://h.example:8080/search", location)


@pytest.mark.parametrize("domain", ["localhost:8080", "127.0.0.1:8088/nominatim", "[::1]:80", "LOCALHOST"])
def test_a_server_of_ones_own_needs_its_scheme(domain: str) -> None:
    with pytest.raises(GeocodingMisused, match="has no scheme; write domain='http://"):
        Service("nominatim", user_agent=USER_AGENT, domain=domain)
    Service("nominatim", user_agent=USER_AGENT, domain=f"http://{domain}").close()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs a bound on the size of files")
@pytest.mark.parametrize("ending", ["gpkg", "geojson", "csv", "parquet"])
def test_a_table_that_finds_no_room_is_one_error_and_the_old_file_stays(ending: str, tmp_path: Path) -> None:
    """A bound on the size of files stands in for a full disk."""
    script = """
import resource, signal, sys
import pandas as pd
from geomap.datasets import sample_mentions
from geomap.errors import UnsafeOutput
from geomap.export import write_mentions
table = pd.concat([sample_mentions()] * 300, ignore_index=True)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    write_mentions(table, sys.argv[1])
except UnsafeOutput as error:
    print(error)
"""
    path = tmp_path / f"mentions.{ending}"
    path.write_text("before")
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script, path], capture_output=True, text=True)
    assert done.stdout.startswith(f"cannot write {path}: "), done.stderr
    assert path.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
