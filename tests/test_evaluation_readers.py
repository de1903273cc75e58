"""Gold in the formats of annotation tools, and predictions from files: what is read, and what is reported."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.errors import InvalidGold, UnsupportedFormat
from geomap.evaluation import read_gold
from geomap.evaluation._predictions import read_predictions
from geomap.evaluation.readers import FORMATS, format_of
from geomap.evaluation.readers._annotated import characters
from geomap.export import write_mentions
from geomap.gazetteer import Gazetteer
from geomap.tables import finish_mentions

TEXT = "😀 Mosul lies on the Tigris.\nNorth and South Korea met Iraqi envoys near Erbil."
MOSUL = TEXT.index("Mosul")


def at(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


def units(words: str) -> tuple[int, int]:
    """Offsets as Java and JavaScript count them: the emoji at the start takes two."""
    start, end = at(words)
    return start + 1, end + 1


@pytest.fixture
def brat(tmp_path: Path) -> Path:
    folder = tmp_path / "brat"
    folder.mkdir()
    (folder / "one.txt").write_text(TEXT, encoding="utf-8")
    north, korea = TEXT.index("North"), at("Korea")
    lines = [
        f"T1\tLocation {MOSUL} {MOSUL + 5}\tMosul",
        "N1\tReference T1 GeoNames:99072\tMosul",
        f"T2\tLocation {north} {north + 5};{korea[0]} {korea[1]}\tNorth Korea",
        "#1\tAnnotatorNotes T2\t40.0, 127.0",
        "T3\tDemonym {} {}\tIraqi".format(*at("Iraqi")),
        "A1\tusage T3 associative",
        "A2\tgeonameid T3 99237",
        "T4\tPerson {} {}\tenvoys".format(*at("envoys")),
        "T5\tLocation {} {}\tMosul".format(*at("Erbil")),
        "R1\tNear Arg1:T1 Arg2:T5",
        "T6\tbroken",
    ]
    (folder / "one.ann").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_brat_gives_spans_places_kinds_and_leaves_out_what_does_not_fit(brat: Path) -> None:
    gold = read_gold(brat)
    assert gold.mentions["toponym"].tolist() == ["Mosul", "North and South Korea", "Iraqi"]
    assert gold.mentions["geonameid"].tolist() == [99072, pd.NA, 99237]
    assert gold.mentions.loc[1, ["lat", "lon"]].tolist() == [40, 127]
    assert gold.mentions["kind"].tolist()[2] == "demonym"
    assert gold.mentions["usage"].tolist()[2] == "associative"
    assert {(problem["article_id"], problem["row"]) for problem in gold.problems} == {("one", 9), ("one", 11)}


def test_types_choose_which_annotations_are_toponyms(brat: Path) -> None:
    assert read_gold(brat, types=["Person"]).mentions["toponym"].tolist() == ["envoys"]


def test_an_id_without_coordinates_gets_the_point_of_the_gazetteer(brat: Path, gazetteer: Gazetteer) -> None:
    mosul = read_gold(brat, gazetteer=gazetteer).mentions.iloc[0]
    assert (mosul["lat"], mosul["lon"]) == pytest.approx((36.335, 43.119), abs=0.01)


def test_an_annotation_file_without_its_text_is_reported_and_the_others_are_read(brat: Path) -> None:
    (brat / "two.ann").write_text("T1\tLocation 0 5\tMosul\n", encoding="utf-8")
    gold = read_gold(brat)
    assert gold.articles["article_id"].tolist() == ["one"]
    assert any("two.txt" in problem["reason"] for problem in gold.problems)


def webanno_file(folder: Path) -> Path:
    first, second = TEXT.split("\n")
    sources, rows = [(1, first, 0), (2, second, len(first) + 2)], []
    for number, sentence, begin in sources:
        rows.append(f"#Text={sentence}")
        position = 0
        for place, word in enumerate(sentence.replace(".", " .").split(), start=1):
            position = sentence.index(word, position)
            start = begin + len(sentence[:position].encode("utf-16-le")) // 2
            end = start + len(word.encode("utf-16-le")) // 2
            cells = {
                "Mosul": ["http://www.geonames.org/99072", "LOC"],
                "South": ["*[2]", "LOC[2]"],
                "Korea": ["*[2]", "LOC[2]|LOC[3]"],
                "Iraqi": ["_", "MISC"],
                "Erbil": ["_", "LOC"],
            }.get(word, ["_", "_"])
            rows.append("\t".join([f"{number}-{place}", f"{start}-{end}", word, "NOUN", *cells, ""]))
            position += len(word)
        rows.append("")
    header = [
        "#FORMAT=WebAnno TSV 3.3",
        "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue",
        "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value",
        "",
        "",
    ]
    path = folder / "one.tsv"
    path.write_text("\n".join([*header, *rows]), encoding="utf-8")
    return path


def test_webanno_gives_the_text_again_and_joins_the_tokens_of_a_span(tmp_path: Path) -> None:
    gold = read_gold(webanno_file(tmp_path))
    assert gold.articles["text"].tolist() == [TEXT]
    assert gold.mentions["toponym"].tolist() == ["Mosul", "South Korea", "Korea", "Erbil"]
    assert gold.mentions["geonameid"].tolist() == [99072, pd.NA, pd.NA, pd.NA]
    assert gold.problems == []


def test_webanno_takes_the_source_of_an_article_from_the_articles_table(tmp_path: Path) -> None:
    articles = pd.DataFrame({"article_id": ["one"], "text": [TEXT], "source": ["Nineveh Ledger"]})
    assert read_gold(webanno_file(tmp_path), articles=articles).articles["source"].tolist() == ["Nineveh Ledger"]


def recogito_file(folder: Path, *, separator: str = ",") -> Path:
    columns = ["UUID", "FILE", "QUOTE_TRANSCRIPTION", "ANCHOR", "TYPE", "URI", "LAT", "LNG", "VERIFICATION_STATUS"]
    rows = [
        [
            "1",
            "one.txt",
            "Mosul",
            f"char-offset:{units('Mosul')[0]}",
            "PLACE",
            "http://sws.geonames.org/99072",
            "36.3",
            "43.1",
            "VERIFIED",
        ],
        ["2", "one.txt", "Erbil", f"char-offset:{units('Erbil')[0]}", "PLACE", "", "136.2", "44.0", "UNVERIFIED"],
        ["3", "one.txt", "Tigris", f"char-offset:{units('Tigris')[0]}", "PLACE", "", "1", "1", "NOT_IDENTIFIABLE"],
        ["4", "one.txt", "envoys", f"char-offset:{units('envoys')[0]}", "PERSON", "", "", "", "UNVERIFIED"],
        ["5", "one.txt", "Erbil", "char-offset:3", "PLACE", "", "", "", "UNVERIFIED"],
    ]
    path = folder / "export.csv"
    lines = [separator.join(f'"{cell}"' for cell in row) for row in [columns, *rows]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("separator", [",", ";"])
def test_recogito_reads_the_text_beside_the_export_and_reports_rows_that_do_not_fit(
    tmp_path: Path, separator: str
) -> None:
    (tmp_path / "one.txt").write_text(TEXT, encoding="utf-8")
    gold = read_gold(recogito_file(tmp_path, separator=separator))
    assert gold.articles["article_id"].tolist() == ["one"]
    assert gold.mentions["toponym"].tolist() == ["Mosul", "Tigris"]
    assert gold.mentions["geonameid"].tolist() == [99072, pd.NA]
    assert gold.mentions["lat"].notna().tolist() == [True, False]
    assert {problem["row"] for problem in gold.problems} == {3, 6}


def test_recogito_rows_with_too_many_fields_are_reported(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(TEXT, encoding="utf-8")
    path = recogito_file(tmp_path)
    path.write_text(
        path.read_text("utf-8") + "6,one.txt,Mosul,char-offset:0,PLACE,,,,VERIFIED,more\n", encoding="utf-8"
    )
    gold = read_gold(path)
    assert gold.mentions["toponym"].tolist() == ["Mosul", "Tigris"]
    assert {problem["row"] for problem in gold.problems} == {3, 6, 7}


def test_recogito_without_its_text_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(InvalidGold, match="articles="):
        read_gold(recogito_file(tmp_path))
    articles = pd.DataFrame({"article_id": ["one"], "text": [TEXT]})
    assert len(read_gold(recogito_file(tmp_path), articles=articles).mentions) == 2


def mentions_table():
    rows = [("Mosul", 36.34, 43.12, 99072), ("Erbil", 36.19, 44.01, 95446), ("Tigris", None, None, None)]
    table = pd.DataFrame(
        {
            "article_id": "one",
            "field": "text",
            "start": [at(name)[0] for name, *_ in rows],
            "end": [at(name)[1] for name, *_ in rows],
            "toponym": [name for name, *_ in rows],
            "kind": "toponym",
            "status": ["resolved", "resolved", "nil"],
            "confidence": [0.9, 0.8, 0.0],
            "lat": [lat for _, lat, _, _ in rows],
            "lon": [lon for _, _, lon, _ in rows],
            "geonameid": pd.array([number for *_, number in rows], dtype="Int64"),
            "country_code": ["IQ", "IQ", None],
            "checked": ["right", "not a place", None],
        }
    )
    return finish_mentions(table)


ARTICLES = pd.DataFrame({"article_id": ["one", "two"], "text": [TEXT, "Nothing here."]})


@pytest.mark.parametrize("ending", [".geojson", ".csv", ".parquet", ".gpkg"])
def test_what_geomap_writes_is_read_back_as_gold_and_as_predictions(tmp_path: Path, ending: str) -> None:
    path = write_mentions(mentions_table(), tmp_path / f"mentions{ending}")
    gold = read_gold(path, articles=ARTICLES)
    assert gold.mentions["toponym"].tolist() == ["Mosul", "Tigris"]
    assert gold.mentions["geonameid"].tolist() == [99072, pd.NA]
    assert gold.articles["article_id"].tolist() == ["one", "two"]
    read = read_predictions(path, gold)
    assert read.mentions["toponym"].tolist() == ["Mosul", "Erbil", "Tigris"]
    assert read.mentions["lat"].notna().tolist() == [True, True, False]
    assert read.mentions["confidence"].tolist() == [0.9, 0.8, 0.0]
    assert read.problems == []


def test_mentions_saved_again_by_a_spreadsheet_are_read_with_its_delimiter(tmp_path: Path) -> None:
    path = write_mentions(mentions_table(), tmp_path / "mentions.csv")
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.to_csv(path, sep=";", index=False, encoding="utf-8-sig")
    gold = read_gold(path, articles=ARTICLES)
    assert gold.mentions["toponym"].tolist() == ["Mosul", "Tigris"]
    assert gold.mentions["lat"].notna().tolist() == [True, False]


def test_mentions_without_their_articles_are_an_error_that_says_what_to_give(tmp_path: Path) -> None:
    path = write_mentions(mentions_table(), tmp_path / "mentions.csv")
    with pytest.raises(InvalidGold, match="articles="):
        read_gold(path)


def test_bad_predictions_are_reported_by_article_and_row_and_the_rest_is_kept() -> None:
    gold = read_gold_of([{"start": MOSUL, "end": MOSUL + 5}])
    start, end = at("Mosul")
    good = {
        "article_id": "one",
        "start": start,
        "end": end,
        "toponym": "Mosul",
        "lat": 36.3,
        "lon": 43.1,
        "geonameid": 99072,
    }
    table = pd.DataFrame(
        [
            good,
            good,
            {**good, "start": 0, "end": 400},
            {**good, "toponym": "Erbil"},
            {**good, "lat": 95.0},
            {**good, "geonameid": 1.5},
            {**good, "article_id": "nine"},
            {**good, "field": "title"},
        ]
    ).assign(field=lambda table: table.get("field", pd.Series(dtype=object)).fillna("text"))
    read = read_predictions(table, gold)
    assert len(read.mentions) == 1
    assert [problem["row"] for problem in read.problems] == [2, 3, 4, 5, 6]
    assert all(problem["article_id"] == "one" for problem in read.problems)
    assert read.elsewhere == 2


def test_predictions_may_be_in_another_system_and_name_their_points_otherwise() -> None:
    start, end = at("Mosul")
    gold = read_gold_of([{"start": start, "end": end}])
    table = mentions_table()
    read = read_predictions(table.to_crs("EPSG:3857").rename_geometry("point"), gold)
    assert read.mentions[["lat", "lon"]].round(6).values.tolist()[:2] == [[36.34, 43.12], [36.19, 44.01]]
    assert read.mentions["lat"].notna().tolist() == [True, True, False]


def read_gold_of(toponyms: list[dict[str, object]]):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gold.jsonl"
        path.write_text(json.dumps({"article_id": "one", "text": TEXT, "toponyms": toponyms}), encoding="utf-8")
        return read_gold(path)


def test_the_format_is_told_by_the_content_whatever_the_name(tmp_path: Path, brat: Path) -> None:
    (tmp_path / "folder").mkdir()
    written = {
        "webanno": webanno_file(tmp_path),
        "recogito": recogito_file(tmp_path / "folder"),
        "mentions": write_mentions(mentions_table(), tmp_path / "m.csv"),
        "brat": brat,
    }
    for name, path in written.items():
        odd = path if path.is_dir() else path.rename(path.with_name(f"{name}.data"))
        assert format_of(odd) == name


def test_an_unknown_format_is_an_error_that_names_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "gold.docx"
    path.write_bytes(b"PK\x03\x04 something else")
    with pytest.raises(UnsupportedFormat) as raised:
        read_gold(path)
    assert all(name in str(raised.value) for name in FORMATS)
    with pytest.raises(UnsupportedFormat, match="brat"):
        read_gold(path, format="docx")
    with pytest.raises(InvalidGold, match="nowhere"):
        read_gold(tmp_path / "nowhere")


def test_a_repeated_article_is_read_once_and_reported(tmp_path: Path) -> None:
    line = json.dumps({"article_id": "a", "text": TEXT, "toponyms": [{"start": MOSUL, "end": MOSUL + 5}]})
    path = tmp_path / "gold.jsonl"
    path.write_text(f"{line}\n{line}\n", encoding="utf-8")
    gold = read_gold(path)
    assert len(gold.articles) == len(gold.mentions) == 1
    assert gold.problems == [{"article_id": "a", "row": 2, "reason": "duplicate article_id"}]


@given(st.text(max_size=30), st.text(min_size=1, max_size=10), st.text(max_size=10))
def test_offsets_counted_in_utf_16_units_find_the_same_words(before: str, words: str, after: str) -> None:
    text = before + words + after
    start = len(before.encode("utf-16-le", "surrogatepass")) // 2
    end = start + len(words.encode("utf-16-le", "surrogatepass")) // 2
    left, right = characters(text, start, end, words)
    assert text[left:right] == words
