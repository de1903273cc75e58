"""Other languages than English: with the data wheel where it is installed, and without it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import warnings
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import geomap
from geomap import recognition
from geomap._served_languages import GROUP, languages_read, multilingual_entry, not_read
from geomap.errors import LanguageNotRead, MissingDependency, ResourceDamaged
from geomap.recognition import Recognizer, Span
from geomap.recognition._auto import AutoRecognizer, multilingual_folder, open_multilingual

PACKAGE = Path(__file__).parents[1] / "data" / "packages" / "geomap-multilingual"
LARGEST = 45_000_000
INSTALLED = multilingual_entry() is not None
needs_wheel = pytest.mark.skipif(not INSTALLED, reason="geomap-multilingual is not installed")

# Each written for this test: places as written, and the country where each lies.
ARTICLES = {
    "fr": (
        "Les secours sont arrivés à Alep dans la nuit, après deux jours de route depuis Homs. En Syrie, où l'hiver est "
        "rude, les familles manquent de tout. À Genève, les négociateurs n'ont pas voulu commenter la nouvelle.",
        {"Alep": "SY", "Homs": "SY", "Syrie": "SY", "Genève": "CH"},
    ),
    "de": (
        "In Leipzig haben am Freitag mehrere tausend Menschen gegen die Schließung des Werks demonstriert. Der Zug nach "
        "München fiel aus, und auch in Mailand warteten die Reisenden, weil die Strecke durch Österreich gesperrt war.",
        {"Leipzig": "DE", "München": "DE", "Mailand": "IT", "Österreich": "AT"},
    ),
    "es": (
        "El río se desbordó cerca de Zaragoza y los vecinos pasaron la noche en el colegio. La ministra, que estaba en "
        "Londres, regresó a Madrid para reunirse con los alcaldes de la zona.",
        {"Zaragoza": "ES", "Londres": "GB", "Madrid": "ES"},
    ),
    "ru": (
        "В пятницу в Тбилиси открылась выставка, на которую приехали художники из Токио. По словам организаторов, "
        "картины уже показывали в Баку, а весной их увезут в Париж.",
        {"Тбилиси": "GE", "Токио": "JP", "Баку": "AZ", "Париж": "FR"},
    ),
    "ar": (
        "وصلت الشاحنات إلى حلب بعد يومين من السفر، وكان السكان ينتظرونها في الساحة. وقال المسؤول إن القافلة القادمة "
        "ستنطلق من بغداد إلى دمشق في نهاية الأسبوع.",
        {"حلب": "SY", "بغداد": "IQ", "دمشق": "SY"},
    ),
    "zh": (
        "代表团星期三从北京出发，当天晚上抵达东京。双方将在巴黎继续谈判，但是谈判的日期还没有公布。",
        {"北京": "CN", "东京": "JP", "巴黎": "FR"},
    ),
}


class Marks:
    """A recognizer that reports its texts, to see which one read what."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def recognize(self, texts: Any) -> list[list[Span]]:
        self.read += texts
        return [[Span(0, len(text), "toponym")] if text else [] for text in texts]


@pytest.fixture(scope="module")
def many() -> Recognizer:
    if not INSTALLED:
        pytest.skip("geomap-multilingual is not installed")
    return open_multilingual(1)


# --- with the wheel -----------------------------------------------------------------------------------------------------


@needs_wheel
@pytest.mark.parametrize("language", ARTICLES)
def test_an_article_in_its_own_language_is_read_and_resolved(language: str) -> None:
    text, expected = ARTICLES[language]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mentions = geomap.geoparse(text)
    assert [text[start:end] for start, end in zip(mentions["start"], mentions["end"], strict=True)] == list(
        mentions["toponym"]
    )
    assert set(mentions["language"]) == {language}
    assert mentions["usage"].isna().all()
    found = dict(zip(mentions["toponym"], mentions["country_code"], strict=True))
    assert {name: found.get(name) for name in expected} == expected


@needs_wheel
def test_each_article_of_a_corpus_is_read_in_its_language_and_its_title_too() -> None:
    articles = pd.DataFrame(
        {
            "article_id": ["fr", "en"],
            "title": ["Genève attend", "Rain in Mosul"],
            "text": [ARTICLES["fr"][0], "The rain that fell on Erbil was the first that they have had this year."],
        }
    )
    mentions = geomap.geoparse(articles)
    rows = mentions[["article_id", "field", "toponym", "language"]]
    assert ["fr", "title", "Genève", "fr"] in rows.to_numpy().tolist()
    assert ["en", "title", "Mosul", "en"] in rows.to_numpy().tolist()
    assert ["en", "text", "Erbil", "en"] in rows.to_numpy().tolist()


@needs_wheel
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.text(max_size=30),
            st.sampled_from(
                ["Genève", "Gene\u0300ve", "Москва", "東京", "서울에서", "حلب", "🚒", "\u200d", "\r\n", "ﬁ", "İzmir'de"]
            ),
        ),
        max_size=12,
    ).map(" ".join)
)
def test_spans_lie_in_order_inside_any_text(many: Recognizer, text: str) -> None:
    (spans,) = many.recognize([text])
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))


@needs_wheel
def test_a_decomposed_accent_stays_in_its_name(many: Recognizer) -> None:
    text = "Le ministre est arrivé à Gene\u0300ve vendredi, puis il est reparti."
    (spans,) = many.recognize([text])
    assert [text[span.start : span.end] for span in spans] == ["Gene\u0300ve"]


@needs_wheel
@pytest.mark.parametrize(
    "text", ["", "🚒🚒", "Oui.", "Toshkent shahrida yomg'ir", "halab wa homs fi suriya", "\ud800", "الله"]
)
def test_odd_texts_have_a_result(many: Recognizer, text: str) -> None:
    (spans,) = many.recognize([text])
    assert isinstance(spans, list)


@needs_wheel
def test_a_text_reads_the_same_whatever_shares_its_batch(many: Recognizer) -> None:
    texts = [text for text, _ in ARTICLES.values()]
    assert many.recognize(texts) == [many.recognize([text])[0] for text in texts]


@needs_wheel
@pytest.mark.slow
def test_time_grows_with_the_length_of_a_text_and_no_faster(many: Recognizer) -> None:
    def seconds(text: str) -> float:
        begin = time.process_time()
        many.recognize([text])
        return time.process_time() - begin

    for part in (ARTICLES["fr"][0] + " ", ARTICLES["zh"][0], "ab" * 100):
        seconds(part)
        assert seconds(part * 80) < 8 * seconds(part * 20) + 0.5


@needs_wheel
@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "config.json"])
def test_a_damaged_wheel_says_how_to_mend_it(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(multilingual_folder(), folder)
    (folder / name).write_bytes(b"{" + (folder / name).read_bytes()[:-100])
    with pytest.raises(ResourceDamaged, match="pip install --force-reinstall geomap-multilingual"):
        open_multilingual(folder=folder)
    (folder / name).unlink()
    with pytest.raises(ResourceDamaged, match="pip install --force-reinstall geomap-multilingual"):
        open_multilingual(folder=folder)


@needs_wheel
def test_a_wheel_of_another_format_says_what_to_upgrade(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(multilingual_folder(), folder)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, "format": 99}), "utf-8")
    with pytest.raises(ResourceDamaged, match=r"format 99.* --upgrade geomap-toolkit geomap-multilingual"):
        open_multilingual(folder=folder)


@pytest.mark.slow
@pytest.mark.skipif(
    not (PACKAGE / "geomap_multilingual" / "model" / "model.onnx").is_file(), reason="not in this checkout"
)
def test_the_wheel_is_small_and_carries_its_license_and_its_entry_point(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(PACKAGE)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.stat().st_size <= LARGEST
    with zipfile.ZipFile(wheel) as content:
        names = content.namelist()
        (entries,) = (name for name in names if name.endswith(".dist-info/entry_points.txt"))
        assert f"[{GROUP}]\nmultilingual = " in content.read(entries).decode()
        (licence,) = (name for name in names if name.endswith("LICENSE"))
        assert content.read(licence).startswith(b"Attribution-ShareAlike 4.0 International")
    assert {"config.json", "model.onnx", "tokenizer.json"} <= {Path(name).name for name in names}


def test_the_model_that_ships_is_not_taken_for_the_wheels() -> None:
    from geomap.recognition._neural import FOLDER

    with pytest.raises(ResourceDamaged, match="format None"):
        open_multilingual(folder=FOLDER)


# --- with or without it -------------------------------------------------------------------------------------------------


def test_texts_go_to_the_model_of_their_language() -> None:
    english, others = Marks(), Marks()
    auto = AutoRecognizer(english, lambda: others, {"en", "fr", "ru"})
    texts = ["Genève", "London", "??", "Москва", "Αθήνα", ""]
    spans = auto.recognize_in(texts, ["fr", "en", "unknown", "unknown", "el", "unknown"])
    assert english.read == ["London", "??", "Αθήνα", ""]
    assert others.read == ["Genève", "Москва"]
    assert [len(each) for each in spans] == [1, 1, 1, 1, 1, 0]
    assert spans[0] == [Span(0, len("Genève"), "toponym")]


def test_a_short_text_with_a_foreign_word_is_not_english_but_one_with_a_foreign_name_is() -> None:
    english, others = Marks(), Marks()
    auto = AutoRecognizer(english, lambda: others, {"en", "pl"})
    names = ["Fire in São Paulo", "Rain in Al Ḩawījah and Łódź", "Côte d'Ivoire"]
    foreign = ["Pożar w Krakowie w poniedziałek", "Incendie à Lyon"]
    auto.recognize_in([*names, *foreign], ["unknown"] * 5)
    assert (english.read, others.read) == (names, foreign)


def test_the_model_for_other_languages_is_not_opened_for_english() -> None:
    def opened() -> Recognizer:
        raise AssertionError("opened")

    auto = AutoRecognizer(Marks(), opened, {"en", "fr"})
    assert len(auto.recognize(["The rain that fell on Mosul was the first of the year, they said."])) == 1


def test_without_the_wheel_everything_is_read_by_the_english_model() -> None:
    english = Marks()
    AutoRecognizer(english, None, {"en"}).recognize_in(["Genève", "Москва"], ["fr", "ru"])
    assert english.read == ["Genève", "Москва"]
    assert languages_read(installed=False) == {"en"}
    assert {"en", "fr"} <= languages_read(installed=True)
    assert languages_read("neural", installed=True) == {"en"}


def test_the_warning_says_what_to_install_or_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "412 of 900 articles are in French, which the installed recognizer does not read"
    assert not_read({"fr": 412, "en": 488}, recognizer="neural").startswith(said)
    for module in ("geomap._served_languages", "geomap.recognition._auto"):
        monkeypatch.setattr(f"{module}.multilingual_entry", lambda: None)
    assert not_read({"fr": 412, "en": 488}) == f"{said}: pip install geomap-multilingual"
    mixed = not_read({"fr": 400, "sw": 12, "en": 488})
    assert mixed.endswith(
        "other languages (French 400, Swahili 12), which the installed recognizer does not read: "
        "pip install geomap-multilingual, for French"
    )
    assert not_read({"sw": 5}).endswith("does not read; most of their places will be missed")
    with pytest.raises(MissingDependency, match="pip install geomap-multilingual"):
        geomap.Geoparser(recognizer="multilingual").load()


@pytest.mark.skipif(INSTALLED, reason="geomap-multilingual is installed")
def test_french_without_the_wheel_is_told() -> None:
    with pytest.warns(LanguageNotRead, match="French.*pip install geomap-multilingual"):
        geomap.geoparse(ARTICLES["fr"][0])


def test_the_table_of_languages_says_how_well_each_is_read() -> None:
    table = recognition.languages()
    assert list(table.columns) == [
        "language", "code", "exact_f1", "overlap_f1", "sentences", "genre", "recognizer", "served", "installed",
    ]  # fmt: skip
    assert table["code"].is_unique
    assert (table["served"] == (table["exact_f1"] >= 0.5)).all()
    assert (table["overlap_f1"] >= table["exact_f1"]).all()
    assert (table["sentences"] > 0).all()
    assert table["genre"].str.len().gt(0).all()
    assert set(table.loc[table["served"] & table["installed"], "code"]) == languages_read()


def test_a_language_that_is_given_counts_before_the_one_that_is_found() -> None:
    text = "Rain fell on Mosul and on Erbil, and the people who live there said that they were glad."
    articles = pd.DataFrame({"article_id": ["a", "b", "c"], "text": [text] * 3, "language": ["en-GB", "sw", None]})
    with pytest.warns(LanguageNotRead, match="1 of 3 articles is in Swahili"):
        mentions = geomap.geoparse(articles, recognizer="gazetteer")
    assert mentions.groupby("article_id")["language"].first().to_dict() == {"a": "en", "b": "sw", "c": "en"}
    assert "language_article" not in mentions.columns


def test_a_text_too_short_to_tell_has_no_language() -> None:
    assert geomap.geoparse("Mosul, Iraq", recognizer="gazetteer")["language"].isna().all()


def test_a_wheel_that_cannot_be_loaded_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "broken-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\nmultilingual = geomap_no_such_module:folder\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ResourceDamaged, match=r"cannot be loaded.*--force-reinstall geomap-multilingual"):
        multilingual_folder()
