from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many

from geomap.errors import MissingDependency, ResourceDamaged
from geomap.recognition._decoding import GOES_ON, OUTSIDE, best_labels, softmax
from geomap.recognition._name_rules import tidy
from geomap.recognition._neural import FOLDER, NeuralRecognizer
from geomap.recognition._onnx import thread_count
from geomap.recognition._spans import Recognizer
from geomap.recognition._windows import (
    SHAPES,
    WINDOW,
    Window,
    WindowLayout,
    batched,
    cut_windows,
    shape_of,
    shaped_words,
)

DEMONYMS = frozenset({"iraqi", "french", "russian", "texans"})


@pytest.fixture(scope="module")
def recognizer() -> NeuralRecognizer:
    return NeuralRecognizer(demonyms=DEMONYMS, threads=1)


def words_found(recognizer: NeuralRecognizer, text: str) -> list[tuple[str, str]]:
    (spans,) = recognizer.recognize([text])
    return [(text[span.start : span.end], span.kind) for span in spans]


def assert_lawful(text: str, spans: list) -> None:
    reached = 0
    for span in spans:
        assert reached <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == text[span.start : span.end].strip()
        assert span.kind in {"toponym", "demonym", "embedded"}
        assert span.usage in {"literal", "associative"}
        assert 0.0 <= span.score <= 1.0
        reached = span.end


def test_it_is_a_recognizer(recognizer):
    assert isinstance(recognizer, Recognizer)


def test_towns_rivers_and_demonyms_are_found_with_their_kind(recognizer):
    found = words_found(recognizer, "Iraqi troops crossed the Tigris near Mosul on Friday, the governor said.")
    assert found == [("Iraqi", "demonym"), ("Tigris", "toponym"), ("Mosul", "toponym")]


def test_a_town_inside_the_name_of_an_organisation_is_embedded(recognizer):
    assert ("Toledo", "embedded") in words_found(recognizer, "The Toledo Police Department has charged a man.")


def test_people_who_look_like_places_are_no_mentions(recognizer):
    assert words_found(recognizer, "Paris Hilton and Michael Jordan met Jack London for dinner.") == []


def test_the_place_itself_is_literal_and_its_government_associative(recognizer):
    (spans,) = recognizer.recognize(["Turkey said on Monday that it would close its embassy. He was born in Ankara."])
    assert [span.usage for span in spans] == ["associative", "literal"]


def test_a_text_reads_the_same_alone_and_among_others(recognizer):
    texts = ["Floods hit Derby and Leeds.", "BAGHDAD (AP) — A bomb went off in Sadr City. " * 9, "", "No name here."]
    together = recognizer.recognize(texts)
    for text, spans in zip(texts, together, strict=True):
        (alone,) = recognizer.recognize([text])
        assert [(s.start, s.end, s.kind) for s in alone] == [(s.start, s.end, s.kind) for s in spans]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "😀🎉🏳️‍🌈👩‍👩‍👧",
        "\x00\x01\x1f\ufeff\u200b",
        "وقال مسؤولون في الموصل إن القوات تقدمت",
        "習近平在北京會見了來自東京的代表團。",
        "<p>Flooding in <b>Derby</b>&nbsp;&amp; <a href='x'>Leeds</a></p>",
        "A" * 20_000,
        "\ud83d lone surrogate in Mosul",
    ],
)
def test_strange_input_gives_lawful_spans(recognizer, text):
    (spans,) = recognizer.recognize([text])
    assert_lawful(text, spans)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("The mayor of São Paulo flew to Zu\u0308rich.", "Zu\u0308rich"),
        ("👩‍🚒 crews drove to Łódź 🚒 at noon.", "Łódź"),
        ("They met in Paris.\r\n\r\nThen they drove to Lyon.\r\n", "Lyon"),
        ("He lives in the U.S. and works there.", "U.S."),
    ],
)
def test_offsets_count_characters_whatever_stands_before(recognizer, text, place):
    assert place in [words for words, _ in words_found(recognizer, text)]


@settings(max_examples=many(60), deadline=None)
@given(
    st.lists(st.text(max_size=120), max_size=3), st.sampled_from(["", "Mosul", " in Paris, France, ", "I\u0307stanbul"])
)
def test_any_text_gives_lawful_spans(recognizer, parts, name):
    text = name.join(parts)
    (spans,) = recognizer.recognize([text])
    assert_lawful(text, spans)


@pytest.mark.slow
def test_a_long_line_without_a_sentence_end_is_read_to_its_end(recognizer):
    text = "they walked on and on " * 4_000 + "until they came to Mosul in Iraq"
    assert [words for words, _ in words_found(recognizer, text)][-2:] == ["Mosul", "Iraq"]


def test_windows_hold_every_word_once_and_stay_short(recognizer):
    text = ("Rain fell on Leeds, Derby and Hull. " * 30 + "supercalifragilistic" * 40 + " no end " * 300).strip()
    layout = WindowLayout((101,), (102,), WINDOW)
    found = list(cut_windows(*shaped_words(recognizer._tokenizer, text), layout))
    assert all(len(window.ids) == len(window.shapes) <= WINDOW for window in found)
    words = [word for window in found for word in window.words]
    assert "".join(text[word.start : word.end] for word in words) == "".join(text.split())


@pytest.mark.parametrize(
    ("word", "shape"),
    [
        ("mosul", "lower"),
        ("Mosul", "title"),
        ("MOSUL", "upper"),
        ("A", "letter"),
        ("McCook", "mixed"),
        ("42", "digits"),
        ("—", "mark"),
        ("東京", "uncased"),
        ("M25", "alphanumeric"),
        ("Zu\u0308rich", "title"),
    ],
)
def test_shapes(word, shape):
    assert SHAPES[shape_of(word)] == shape


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("eastern Mosul's", "Mosul"),
        ("the Hague", "Hague"),
        ("Eastern Europe", "Eastern Europe"),
        ("metro Atlanta", "Atlanta"),
        ("Mosul’", "Mosul"),
        ("North Korea", "North Korea"),
        ("D-Ohio", "Ohio"),
        ("775 Main Street", "Main Street"),
        ("42nd Street", "42nd Street"),
    ],
)
def test_words_that_are_no_part_of_a_name_are_cut_off(words, kept):
    text = f"in {words} today"
    start, end = tidy(text, 3, 3 + len(words))
    assert text[start:end] == kept


def test_the_dot_of_an_abbreviation_belongs_to_the_name():
    assert tidy("in the U.S. today", 7, 10) == (7, 11)
    assert tidy("in the U.S. today", 7, 8) == (7, 11)
    assert tidy("the J. Paul Getty Museum in L.A., they say", 28, 29) == (28, 32)
    assert tidy("Saskatoon, Sask. today", 11, 15) == (11, 16)
    assert tidy("We left Mosul. Then", 8, 13) == (8, 13)


def test_names_with_a_county_or_an_and_are_taken_whole():
    assert tidy("in Edgar County Jail", 3, 8) == (3, 15)
    assert tidy("from Trinidad and Tobago today", 5, 13) == (5, 24)
    assert tidy("from Trinidad and Tobago today", 18, 24) == (5, 24)
    assert tidy("in Trinidad and Toronto today", 3, 11) == (3, 11)


def test_the_best_labels_are_the_likeliest_lawful_ones():
    rng = np.random.default_rng(7)
    chances = softmax(rng.normal(size=(40, 5, 3)).astype(np.float32) * 2)
    lengths = rng.integers(1, 6, size=40)
    found = best_labels(chances, lengths.tolist())
    for row, length in enumerate(lengths):
        lawful = [
            labels
            for labels in itertools.product(range(3), repeat=int(length))
            if labels[0] != GOES_ON and all(not (a == OUTSIDE and b == GOES_ON) for a, b in itertools.pairwise(labels))
        ]
        best = max(
            lawful, key=lambda labels: sum(np.log(chances[row, place, label]) for place, label in enumerate(labels))
        )
        assert tuple(found[row, :length]) == best


def test_batches_hold_every_window_and_one_length_each():
    block = [(number, Window([0] * size, [], [], [])) for number, size in enumerate([5, 128, 60, 7, 128, 128] * 12)]
    got = list(batched(block))
    assert sorted(number for batch in got for number, _ in batch) == list(range(len(block)))
    assert all(len({len(window.ids) for _, window in batch}) == 1 for batch in got)
    assert all(sum(len(window.ids) for _, window in batch) <= 2048 for batch in got)


def test_threads_never_exceed_the_cores(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert thread_count(10_000) == thread_count(None)
    assert thread_count(0) == 1


def test_without_a_wish_threads_are_as_many_as_a_scheduler_allows(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1,2")
    assert thread_count(None) == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "all")
    assert thread_count(None) == thread_count(10_000)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "config.json"])
def test_a_missing_file_is_named(tmp_path, name):
    shutil.copytree(FOLDER, tmp_path / "m")
    (tmp_path / "m" / name).unlink()
    with pytest.raises(ResourceDamaged, match=name):
        NeuralRecognizer(tmp_path / "m")


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_an_altered_file_is_named_with_the_checksum_it_should_have(tmp_path, name):
    shutil.copytree(FOLDER, tmp_path / "m")
    path: Path = tmp_path / "m" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    expected = json.loads((FOLDER / "config.json").read_text("utf-8"))["files"][name]
    with pytest.raises(ResourceDamaged, match=expected):
        NeuralRecognizer(tmp_path / "m")


@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
def test_without_a_package_that_it_needs_the_error_says_what_to_install(monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingDependency, match=rf"the neural recognizer needs {package}: pip install {package}"):
        NeuralRecognizer()


def test_settings_that_are_not_json_are_a_clear_error(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "m")
    (tmp_path / "m" / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ResourceDamaged, match=r"config\.json"):
        NeuralRecognizer(tmp_path / "m")


def test_the_model_stays_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 25_000_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_process_forked_after_loading_reads_as_its_parent_does() -> None:
    recognizer = NeuralRecognizer(demonyms=DEMONYMS, threads=2)
    text = "Families left Mosul for Erbil."
    expected = recognizer.recognize([text])
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    child = context.Process(target=lambda: there.send(recognizer.recognize([text])))
    child.start()
    try:
        assert here.poll(60), "the child hangs"
        assert here.recv() == expected
        child.join(30)
        assert child.exitcode == 0
    finally:
        child.kill()
