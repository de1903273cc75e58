"""Damaged corrections, gold, gazetteers, mentions tables, caches and answers: each gives a result or an error of geomap's.

A failure names the kind and the number; ``python tests/test_fuzz.py KIND NUMBER`` makes and reads that file again, and
``python tests/test_fuzz.py --count NUMBER`` reads so many of each kind and prints how many failed.
"""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import pandas as pd
import pytest
from damage import TooLong, bounds, damaged
from laws import VARIABLE

sys.path.append(str(Path(__file__).parent / "geocoding"))
from geocoding_fakes import MOSUL, USER_AGENT, FakeClock, FakeTransport, place

from geomap.analysis import read_focus
from geomap.corrections import apply_corrections, check_corrections
from geomap.datasets import sample_articles, sample_mentions
from geomap.errors import GeomapError
from geomap.evaluation import read_gold
from geomap.export import read_mentions, write_mentions
from geomap.gazetteer import Gazetteer
from geomap.geocoding import Service, cache_info, clear_cache, geocode

# Of each kind, in the fast tests, in all of them, and in the long run.
QUICK, USUAL, LONG = 34, 334, 8_334
AT_ONCE = 50
# What the next border would trip over, put into a value of a sound JSON or CSV file.
POISON = (
    *(
        r"\ud83d",
        "\u2028",
        "\u0085",
        r"\u0000",
        "1" * 5_000,
        "1e999",
        "NaN",
        "-Infinity",
        "1e308",
        "0.7",
        "true",
        "null",
    ),
    *("[]", "{}", '"false"', '"x"', "-1", "99999999999999999999", "[" * 100_000, '{"a":' * 3_000),
)


class Kind(NamedTuple):
    """Files of one purpose: sound ones by name, and what reads them."""

    files: Callable[[], Mapping[str, bytes]]
    read: Callable[[Path], object]


# --- sound files


def _jsonl(*records: object) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def _corrections() -> dict[str, bytes]:
    mentions = sample_mentions()
    keys = ["article_id", "field", "start", "end", "toponym"]
    rows = [dict(zip(keys, row, strict=True)) for row in mentions[keys].itertuples(index=False)]
    lines = _jsonl(
        rows[0] | {"verdict": "right", "rule": False},
        rows[1] | {"verdict": "not a place", "was": "geonames:1"},
        rows[2]
        | {"verdict": "moved", "place_id": "geonames:5", "name": "Tau", "lat": 58.9, "lon": 5.7, "population": 9},
        {"rule": True, "toponym": "Mosul", "was": None, "verdict": "not a place"},
    )
    return {"corrections.jsonl": lines}


def _gold() -> dict[str, bytes]:
    toponym = {
        "start": 8,
        "end": 13,
        "text": "Mosul",
        "lat": 36.34,
        "lon": 43.13,
        "geonameid": 99072,
        "kind": "toponym",
    }
    lines = _jsonl({"article_id": "a", "text": "Rain in Mosul.", "title": "Rain", "source": "C", "toponyms": [toponym]})
    table = "article_id,field,start,end,toponym,lat,lon,geonameid\na1,text,26,31,Mosul,36.3,43.1,99072\n"
    features = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"article_id": "a1", "field": "text", "start": 26, "end": 31, "toponym": "Mosul"},
                "geometry": {"type": "Point", "coordinates": [43.1, 36.3]},
            }
        ],
    }
    tsv = "#FORMAT=WebAnno TSV 3.3\n#T_SP=webanno.custom.Place|value\n\n\n#Text=Rain in Mosul.\n"
    tsv += "1-1\t0-4\tRain\t_\t\n1-2\t5-7\tin\t_\t\n1-3\t8-13\tMosul\tLOC\t\n"
    recogito = "UUID,FILE,QUOTE_TRANSCRIPTION,ANCHOR,TYPE,URI,VOCAB_LABEL,VOCAB_TOPONYMS,LAT,LNG,PLACE_TYPE,"
    recogito += "VERIFICATION_STATUS,TAGS,COMMENTS\nu,a1,Mosul,char-offset:26,PLACE,http://sws.geonames.org/99072,,,36,43,,V,,\n"
    return {
        "gold.jsonl": lines,
        "gold.csv": table.encode(),
        "gold.geojson": json.dumps(features).encode(),
        "gold.tsv": tsv.encode(),
        "recogito.csv": recogito.encode(),
        "focus.jsonl": _jsonl(
            {"article_id": "a", "focus": [{"geonameid": 99072, "lat": 36.3, "lon": 43.1, "name": "M"}]}
        ),
    }


def _gazetteers() -> dict[str, bytes]:
    table = "name,lat,lon,population,country_code,alternate_names,geonameid\nTau,58.9,5.7,200,NO,Tauvik|Tavik,9\n"
    table += "Voss,60.6,6.4,,NO,,\n"
    features = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": "Tau", "population": 200, "country_code": "NO"},
                "geometry": {"type": "Point", "coordinates": [5.7, 58.9]},
            },
            {
                "type": "Feature",
                "properties": {"name": "Voss"},
                "geometry": {"type": "Polygon", "coordinates": [[[6, 60], [7, 60], [7, 61], [6, 60]]]},
            },
        ],
    }
    return {
        "places.csv": table.encode(),
        "places.tsv": table.replace(",", "\t").encode(),
        "places.geojson": json.dumps(features).encode(),
        "places.csv.gz": gzip.compress(table.encode(), mtime=0),
    }


def _tables() -> dict[str, bytes]:
    files = {}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for ending in ("csv", "geojson", "parquet", "gpkg"):
            path = write_mentions(sample_mentions(), Path(folder, f"mentions.{ending}"))
            files[path.name] = path.read_bytes()
    return files


ANSWERS: tuple[object, ...] = (
    [MOSUL, place("Mosul Dam")],
    [],
    [{**MOSUL, "address": None}],
    {"error": "Unable to geocode"},
)


def _caches() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "cache.sqlite")
        with _service(path, json.dumps(ANSWERS[0]).encode()) as service:
            geocode(["Mosul", "Erbil"], service=service)
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        connection.close()
        return {"cache.sqlite": path.read_bytes()}


def _answers() -> dict[str, bytes]:
    return {f"answer-{number}.json": json.dumps(answer).encode() for number, answer in enumerate(ANSWERS)}


# --- what reads them


def _service(cache_file: Path, body: bytes) -> Service:
    clock = FakeClock()
    transport = FakeTransport(lambda request: body, clock)
    return Service("nominatim", user_agent=USER_AGENT, cache=cache_file, clock=clock, transport=transport)


def _read_corrections(path: Path) -> object:
    report = check_corrections(sample_mentions(), path)
    table = apply_corrections(sample_mentions(), path)
    assert len(table) == len(sample_mentions())
    return report


def _read_gold(path: Path) -> object:
    if path.name.startswith("focus"):
        return read_focus(path)
    return read_gold(path, articles=sample_articles())


def _read_gazetteer(path: Path) -> object:
    with tempfile.TemporaryDirectory() as folder:
        return Gazetteer(path, cache_dir=folder).lookup("Tau")


def _read_cache(path: Path) -> object:
    with _service(path, json.dumps(ANSWERS[0]).encode()) as service:
        table = geocode(["Mosul", "Erbil", "Tau"], service=service)
    assert len(table) == 3
    clear_cache(path, expired_only=True)
    return cache_info(path)


def _read_answer(path: Path) -> object:
    cache_file = path.with_suffix(".sqlite")
    for _ in range(2):  # the second time from the cache, if it was kept
        with _service(cache_file, path.read_bytes()) as service:
            table = geocode(["Mosul", "Erbil"], service=service)
        assert len(table) == 2
        table.drop(columns="fetched").to_json()
        "".join(table.select_dtypes("str").fillna("").to_numpy().ravel()).encode()
    return table


KINDS = {
    "corrections": Kind(_corrections, _read_corrections),
    "gold": Kind(_gold, _read_gold),
    "gazetteer": Kind(_gazetteers, _read_gazetteer),
    "mentions": Kind(_tables, read_mentions),
    "cache": Kind(_caches, _read_cache),
    "answer": Kind(_answers, _read_answer),
}


# --- the law


@cache
def sound_files(kind: str) -> Mapping[str, bytes]:
    return KINDS[kind].files()


def damaged_file(kind: str, number: int) -> tuple[str, bytes]:
    """Return the name and content of a damaged file of a kind: the same ones for the same number."""
    random = Random(number)
    files = sound_files(kind)
    name = list(files)[number % len(files)]
    data = files[name]
    if random.random() < 0.5 and b"\0" not in data:
        return name, _poisoned(data, random)
    return name, damaged(data, random, list(files.values()))


def _poisoned(data: bytes, random: Random) -> bytes:
    """Return a text in which one value has become one that is valid where it stands, and nowhere else."""
    import re

    values = list(re.finditer(rb'"[^"]*"|-?\d+(?:\.\d+)?|\bnull\b|[^,\t\n]+', data))
    for found in random.sample(values, min(len(values), random.choice((1, 1, 2)))):
        poison = random.choice(POISON).encode()
        if found.group().startswith(b'"') and poison.startswith((b"\\", b"\xc2", b"\xe2")):
            poison = found.group()[:-1] + poison + b'"'
        data = data[: found.start()] + poison + data[found.end() :]
    return data


@cache
def load_libraries(kind: str) -> None:
    """Read the sound files of a kind: the memory of what reads them is not that of a damaged file."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in sound_files(kind).items():
            Path(folder, name).write_bytes(data)
            KINDS[kind].read(Path(folder, name))


def check(kind: str, number: int, folder: Path) -> None:
    """Assert that a damaged file gives a result, or an error of geomap's that names the place."""
    load_libraries(kind)
    name, data = damaged_file(kind, number)
    with tempfile.TemporaryDirectory(dir=folder) as own, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(own, name)
        path.write_bytes(data)
        try:
            with bounds():
                KINDS[kind].read(path)
        except GeomapError as error:
            assert path.stem in str(error) or "cache" in str(error), f"{kind} {number}: {error} does not say where"
        except (Exception, TooLong) as error:
            raise AssertionError(
                f"{kind} {number}, {name} of {len(data):,} bytes: {type(error).__name__}: {error!s:.300}; "
                f"python {Path(__file__).name} {kind} {number} reads it again"
            ) from error


@pytest.mark.parametrize("kind", KINDS)
def test_sound_files_are_read(kind: str, tmp_path: Path) -> None:
    for name, data in sound_files(kind).items():
        (tmp_path / name).write_bytes(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert KINDS[kind].read(tmp_path / name) is not None


@pytest.mark.parametrize("kind", KINDS)
def test_a_few_damaged_files_of_each_kind_give_a_result_or_an_error(kind: str, tmp_path: Path) -> None:
    for number in range(QUICK):
        check(kind, number, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("first", range(QUICK, LONG if int(os.environ.get(VARIABLE, "1")) > 1 else USUAL, AT_ONCE))
def test_thousands_of_damaged_files_give_a_result_or_an_error(kind: str, first: int, tmp_path: Path) -> None:
    for number in range(first, first + AT_ONCE):
        check(kind, number, tmp_path)


def main() -> None:
    """Read one damaged file again, or count how many of each kind fail."""
    with tempfile.TemporaryDirectory() as scratch:
        if sys.argv[1] != "--count":
            check(sys.argv[1], int(sys.argv[2]), Path(scratch))
            return
        rows = []
        for kind in sys.argv[3:] or KINDS:
            faults = []
            for number in range(int(sys.argv[2])):
                try:
                    check(kind, number, Path(scratch))
                except AssertionError as error:
                    faults.append(str(error))
            rows.append({"kind": kind, "tried": int(sys.argv[2]), "failed": len(faults)})
            print(*faults[:400], sep="\n", file=sys.stderr)
        print(pd.DataFrame(rows).to_string(index=False))


if __name__ == "__main__":
    main()
