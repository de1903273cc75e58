"""Other people's models as recognizers, and geomap as a component of spaCy: on models that the tests make."""

from __future__ import annotations

import importlib.util
import json
import pickle
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest
import spacy
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many
from onnx import TensorProto, helper, numpy_helper
from spacy.pipeline import EntityRuler
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from tokenizers import models, normalizers, pre_tokenizers, processors, trainers

import geomap
from geomap.errors import MissingDependency, UnsupportedFormat
from geomap.recognition import Recognizer, SpacyRecognizer, Span, TransformersRecognizer, default_recognizer
from geomap.recognition._spacy_recognizer import parts_of
from geomap.recognition._windows import WindowLayout, cut_windows, sentence_starts, window_ranges, words_of

pytestmark = pytest.mark.slow

DEMONYMS = frozenset({"iraqi", "french"})
DOCS = Path(__file__).resolve().parents[1] / "docs" / "recognizers.md"
STRANGE = [
    "",
    " \n\t ",
    "😀🎉🏳️‍🌈",
    "\x00\ufeff\u200b",
    "\ud83d lone in Mosul",
    "習近平在北京",
    "A" * 3000,
    "Zu\u0308rich",
]
needs_torch = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("torch", "transformers")),
    reason="torch and transformers are not installed: make test-transformers",
)


@pytest.fixture(autouse=True)
def _shared_index(gazetteer_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOMAP_CACHE", str(gazetteer_cache))


def words_found(recognizer: Recognizer, text: str) -> list[tuple[str, str]]:
    (spans,) = recognizer.recognize([text])
    return [(text[span.start : span.end], span.kind) for span in spans]


def assert_lawful(text: str, spans: Sequence[Span]) -> None:
    reached = 0
    for span in spans:
        assert reached <= span.start < span.end <= len(text)
        assert span.kind in {"toponym", "demonym", "embedded"}
        assert span.score is None or 0.0 <= span.score <= 1.0
        reached = span.end


# spaCy pipelines as recognizers


def ruled(**labels: list[str]) -> spacy.Language:
    nlp = spacy.blank("en")
    patterns = [{"label": label, "pattern": words} for label, names in labels.items() for words in names]
    ruler = nlp.add_pipe("entity_ruler")
    assert isinstance(ruler, EntityRuler)
    ruler.add_patterns(patterns)
    return nlp


@pytest.fixture
def nlp() -> spacy.Language:
    return ruled(
        GPE=["Mosul", "New York", "São Paulo", "Zu\u0308rich"], NORP=["Iraqi", "Muslim"], ORG=["Reuters"], STREET=["A1"]
    )


def test_entities_are_mentions_with_their_kind_and_other_names_are_none(nlp):
    recognizer = SpacyRecognizer(nlp, demonyms=DEMONYMS)
    assert isinstance(recognizer, Recognizer)
    text = "Iraqi and Muslim leaders met Reuters in Mosul, not in New York."
    assert words_found(recognizer, text) == [("Iraqi", "demonym"), ("Mosul", "toponym"), ("New York", "toponym")]
    assert all(span.score is None and span.usage is None for span in recognizer.recognize([text])[0])


def test_the_gazetteer_tells_demonyms_where_none_are_given(nlp):
    assert words_found(SpacyRecognizer(nlp), "Iraqi and Muslim leaders") == [("Iraqi", "demonym")]


@pytest.mark.parametrize("labels", [("STREET",), "street", {"STREET": "toponym"}])
def test_labels_are_chosen_by_name_or_with_their_kinds(nlp, labels):
    recognizer = SpacyRecognizer(nlp, labels=labels, demonyms=DEMONYMS)
    assert words_found(recognizer, "On the A1 to Mosul") == [("A1", "toponym")]


@pytest.mark.parametrize("labels", [(), {"GPE": "city"}])
def test_labels_without_a_meaning_are_refused(nlp, labels):
    with pytest.raises(UnsupportedFormat, match="labels"):
        SpacyRecognizer(nlp, labels=labels)


@pytest.mark.parametrize("before", ["", "👩‍🚒 ", "Zu\u0308rich 🚒\r\n\r\n", "\ud83d "])
def test_entity_offsets_count_characters_whatever_stands_before(nlp, before):
    text = f"{before}From São Paulo to Mosul"
    assert [words for words, _ in words_found(SpacyRecognizer(nlp), text)][-2:] == ["São Paulo", "Mosul"]


def test_a_text_longer_than_the_pipeline_takes_is_read_to_its_end(nlp):
    text = "Rain fell on New York. " * 40 + "It never fell on Mosul. " * 40
    whole = SpacyRecognizer(nlp).recognize([text, "Mosul"])
    nlp.max_length = 100
    assert SpacyRecognizer(nlp, batch_size=3).recognize([text, "Mosul"]) == whole
    assert len(whole[0]) == 80


@given(st.text(alphabet="ab .\n!", max_size=200), st.integers(1, 60))
def test_parts_of_a_text_are_short_and_make_it_up(text, longest):
    parts = [text[start:end] for start, end in parts_of(text, longest)]
    assert "".join(parts) == text
    assert all(0 < len(part) <= longest for part in parts)


def test_parts_end_with_a_sentence_where_there_is_one():
    text = "It rained in Leeds. It rained in Hull. Then it stopped."
    assert [text[a:b] for a, b in parts_of(text, 30)] == [
        "It rained in Leeds. ",
        "It rained in Hull. ",
        "Then it stopped.",
    ]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a pipeline with a convolutional network, trained for a moment on six sentences."""
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("ner")
    examples = []
    for frame in ("Rain fell on {} today.", "He lives in {} now.", "The road to {} is shut."):
        for name in ("Mosul", "Leeds"):
            at = frame.index("{")
            entities = {"entities": [(at, at + len(name), "GPE")]}
            examples.append(Example.from_dict(nlp.make_doc(frame.format(name)), entities))
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(25):
        nlp.update(examples, sgd=optimizer)
    folder = tmp_path_factory.mktemp("pipeline") / "trained"
    nlp.to_disk(folder)
    return folder


def test_a_trained_pipeline_is_read_from_its_folder(trained):
    for recognizer in (
        SpacyRecognizer(str(trained)),
        default_recognizer(geomap.Gazetteer(), name=f"spacy:{trained}"),
    ):
        assert words_found(recognizer, "He lives in Leeds now.") == [("Leeds", "toponym")]


@pytest.mark.parametrize(
    ("pipeline", "says"),
    [("no_such_pipeline", "on this machine"), (spacy.blank("en"), "no components"), (42, "got int")],
)
def test_what_is_no_pipeline_is_refused(pipeline, says):
    with pytest.raises(UnsupportedFormat, match=says):
        SpacyRecognizer(pipeline)


def test_without_spacy_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(MissingDependency, match=r"pip install 'geomap-toolkit\[spacy\]'"):
        SpacyRecognizer("en_core_web_sm")


# Token classifiers in the ONNX format


VOCABULARY = "rain fell on from to in the road is shut . , ! New York Mosul Leeds Iraqi Muslim Reuters mos ##ul"
LETTERS = [prefix + chr(code) for code in range(97, 123) for prefix in ("", "##")]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
BIO = {"New": "B-GPE", "York": "I-GPE", "Mosul": "B-LOC", "Leeds": "B-LOC", "mos": "B-LOC", "Iraqi": "B-NORP"}
BIO |= {"Muslim": "B-NORP", "Reuters": "B-ORG"}
SCHEMES = {
    "BIO": BIO,
    "IOB1": {word: f"I-{label[2:]}" for word, label in BIO.items()} | {"fell": "B-GPE"},
    "BIOES": {w: f"S-{t[2:]}" for w, t in BIO.items()} | {"New": "B-GPE", "York": "E-GPE"},
    "BILOU": {w: f"U-{t[2:]}" for w, t in BIO.items()} | {"New": "B-GPE", "York": "L-GPE"},
    "IO": {word: f"I-{label[2:]}" for word, label in BIO.items()},
    "bare": {word: label[2:] for word, label in BIO.items()},
    "underscores": {word: label.replace("-", "_") for word, label in BIO.items()},
}


def word_tokenizer() -> tokenizers.Tokenizer:
    words = list(dict.fromkeys([*SPECIAL, *VOCABULARY.split(), *LETTERS]))
    vocabulary = {word: number for number, word in enumerate(words)}
    tokenizer = tokenizers.Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def write_model(
    folder: Path,
    labels_of_words: Mapping[str, str] = BIO,
    *,
    positions: int = 512,
    inputs: Sequence[str] = ("input_ids", "attention_mask", "token_type_ids"),
    sizes: Sequence[Any] = ("batch", "pieces"),
    file: str = "model.onnx",
) -> Path:
    """Write a classifier that looks a piece up in a table and multiplies what it finds into label scores."""
    tokenizer = word_tokenizer()
    labels = ["O", *dict.fromkeys(label for label in labels_of_words.values() if label != "O")]
    table = np.zeros((tokenizer.get_vocab_size(), len(labels)), dtype=np.float32)
    for word, number in tokenizer.get_vocab().items():
        table[number, labels.index(labels_of_words.get(word, "O"))] = 1.0
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["hidden"]),
        helper.make_node("MatMul", ["hidden", "weights"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "classifier",
        [helper.make_tensor_value_info(name, TensorProto.INT64, list(sizes)) for name in inputs],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [*sizes, len(labels)])],
        [
            numpy_helper.from_array(table, "table"),
            numpy_helper.from_array(8 * np.eye(len(labels), dtype=np.float32), "weights"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, folder / file)
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=9)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"id2label": {str(n): label for n, label in enumerate(labels)}, "max_position_embeddings": positions}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def recognizer(model: Path) -> TransformersRecognizer:
    return TransformersRecognizer(model, demonyms=DEMONYMS, threads=1)


TEXT = "the road from New York to Mosul , Leeds is shut . Iraqi , Muslim , Reuters"
PLACES = [("New York", "toponym"), ("Mosul", "toponym"), ("Leeds", "toponym"), ("Iraqi", "demonym")]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_of_labels_gives_the_same_mentions(tmp_path, scheme):
    recognizer = TransformersRecognizer(write_model(tmp_path, SCHEMES[scheme]), demonyms=DEMONYMS)
    assert isinstance(recognizer, Recognizer)
    assert words_found(recognizer, TEXT) == PLACES
    assert all(span.score > 0.9 for span in recognizer.recognize([TEXT])[0])


def test_two_names_in_a_row_are_parted_by_the_label_that_begins_one(recognizer):
    assert [words for words, _ in words_found(recognizer, "Mosul Leeds New York")] == ["Mosul", "Leeds", "New York"]


def test_bare_labels_part_names_where_the_type_changes_or_a_sentence_ends(tmp_path):
    recognizer = TransformersRecognizer(write_model(tmp_path, SCHEMES["bare"]), demonyms=DEMONYMS)
    assert [words for words, _ in words_found(recognizer, "Iraqi Mosul\nLeeds New York")] == [
        "Iraqi",
        "Mosul",
        "Leeds",
        "New York",
    ]


def test_the_pieces_of_a_word_follow_its_first_one(recognizer):
    assert words_found(recognizer, "in mosul.") == [("mosul", "toponym")]


@pytest.mark.parametrize("file", ["model.onnx", "onnx/model.onnx", "model_quantized.onnx"])
def test_the_model_of_a_folder_is_found_where_it_usually_lies(tmp_path, file):
    folder = write_model(tmp_path, file=file, inputs=("input_ids",))
    assert words_found(TransformersRecognizer(str(folder)), "in Mosul") == [("Mosul", "toponym")]
    assert words_found(TransformersRecognizer(folder / file), "in Mosul") == [("Mosul", "toponym")]
    by_name = default_recognizer(geomap.Gazetteer(), name=f"transformers:{folder}")
    assert words_found(by_name, "in Mosul") == [("Mosul", "toponym")]


@pytest.mark.parametrize("before", ["", "👩‍🚒 ", "Zu\u0308rich 🚒\r\n\r\n", "\ud83d ", "東京 "])
def test_word_offsets_count_characters_whatever_stands_before(recognizer, before):
    assert [words for words, _ in words_found(recognizer, f"{before}from New York to mosul")] == ["New York", "mosul"]


def test_combining_marks_belong_to_the_word_that_they_stand_on(recognizer):
    assert words_found(recognizer, "in Mosul\u0301, today") == []  # another word for this tokenizer, none that is known
    tokenizer = word_tokenizer()
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=True)
    words = words_of(tokenizer, "in Mosul\u0301, today")
    assert [(word.start, word.end) for word in words] == [(0, 2), (3, 9), (9, 10), (11, 16)]


@pytest.mark.parametrize("text", STRANGE)
def test_strange_text_gives_lawful_spans(recognizer, text):
    (spans,) = recognizer.recognize([text])
    assert_lawful(text, spans)


@settings(max_examples=many(60), deadline=None)
@given(st.lists(st.text(max_size=80), max_size=3), st.sampled_from(["", "Mosul", " New York, ", "\nIraqi "]))
def test_any_text_gives_lawful_spans(recognizer, parts, name):
    text = name.join(parts)
    (spans,) = recognizer.recognize([text])
    assert_lawful(text, spans)


@pytest.mark.parametrize("length", range(20))
def test_a_name_across_the_edge_of_a_window_is_found_whole(tmp_path_factory, length):
    folder = tmp_path_factory.getbasetemp() / "narrow"
    narrow = TransformersRecognizer(folder if folder.exists() else write_model(folder, positions=18), threads=1)
    assert narrow._layout.size == 16
    text = "fell " * length + "on New York " + "fell " * (40 - length) + "on Leeds"
    assert [words for words, _ in words_found(narrow, text)] == ["New York", "Leeds"]


def test_a_text_reads_the_same_alone_and_among_others(recognizer):
    texts = [TEXT, "", "no name here", f"{TEXT}. " * 120, "Mosul"]
    together = recognizer.recognize(texts)
    assert len(together[3]) == 480
    for text, spans in zip(texts, together, strict=True):
        (alone,) = recognizer.recognize([text])
        assert [(s.start, s.end, s.kind) for s in alone] == [(s.start, s.end, s.kind) for s in spans]


@given(
    st.lists(st.integers(1, 9), max_size=50),
    st.sets(st.integers(1, 50)),
    st.integers(9, 20),
    st.sampled_from([0, 2, 5]),
)
def test_every_word_is_read_once_in_a_window_that_fits(sizes, sentences, room, overlap):
    reached = 0
    starts = sorted(start for start in sentences if start < len(sizes))
    for first, last, own_first, own_last in window_ranges(sizes, starts, room, overlap):
        assert first <= own_first == reached < own_last <= last
        assert sum(sizes[first:last]) <= room
        reached = own_last
    assert reached == len(sizes)


def test_windows_end_with_a_sentence_and_overlap_inside_a_long_one():
    tokenizer, layout = word_tokenizer(), WindowLayout((2,), (3,), 10)
    text = "rain fell on Leeds . the road is shut . rain fell on Mosul ."
    words = words_of(tokenizer, text)
    starts = sentence_starts(text, words)
    assert starts == [5, 10]
    by_sentence = list(cut_windows(words, starts, layout, overlap=0.25))
    assert [window.words for window in by_sentence] == [words[:5], words[5:10], words[10:]]
    in_one = list(cut_windows(words, [], layout, overlap=0.25))
    assert [(window.first, window.words) for window in in_one] == [(0, words[:7]), (7, words[7:13]), (13, words[13:])]
    assert in_one[1].ids[1:3] == [words[6].ids[0], words[7].ids[0]]
    apart = list(cut_windows(words, [], layout))
    assert [(window.first, window.words) for window in apart] == [(0, words[:8]), (8, words[8:])]


def byte_level() -> tokenizers.Tokenizer:
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    trainer = trainers.BpeTrainer(vocab_size=300, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(["They met in Mosul, Iraq. Mosul's mayor"], trainer)
    return tokenizer


def sentence_pieces() -> tokenizers.Tokenizer:
    tokenizer = tokenizers.Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=60, special_tokens=["<unk>"], unk_token="<unk>")
    tokenizer.train_from_iterator(["They met in Mosul, Iraq. Mosul's mayor 東京 🚒 ü"] * 9, trainer)
    return tokenizer


@pytest.mark.parametrize("make", [word_tokenizer, byte_level, sentence_pieces])
def test_words_are_runs_of_letters_whatever_the_tokenizer_calls_a_word(make):
    text = "They met 🚒 in Mosul, Iraq.  Mosul's mayor ü"
    words = [text[word.start : word.end] for word in words_of(make(), text)]
    assert words[:9] == ["They", "met", "🚒", "in", "Mosul", ",", "Iraq", ".", "Mosul"]
    assert words[-2:] == ["mayor", "ü"]


def test_where_no_space_stands_between_words_each_piece_is_one():
    words = words_of(byte_level(), "in 東京.")
    assert [(word.start, word.end) for word in words] == [(0, 2), (3, 4), (4, 5), (5, 6)]


@settings(max_examples=many(60), deadline=None)
@given(st.text(max_size=60))
@pytest.mark.parametrize("tokenizer", [word_tokenizer(), byte_level(), sentence_pieces()], ids=["words", "bytes", "sp"])
def test_words_stand_in_order_and_hold_no_outer_white_space(tokenizer, text):
    reached = 0
    for word in words_of(tokenizer, text):
        assert reached <= word.start < word.end <= len(text)
        assert text[word.start : word.end] == text[word.start : word.end].strip()
        assert 0 <= word.lead < len(word.ids)
        reached = word.start


def edited(folder: Path, **changes: Any) -> Path:
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | changes), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: folder / "nowhere", "downloads none"),
        (lambda folder: folder / "config.json", "not an .onnx"),
        (lambda folder: (folder / "tokenizer.json").unlink() or folder, "lacks its tokenizer.json"),
        (lambda folder: (folder / "tokenizer.json").write_text("{}") and folder, "as a tokenizer"),
        (lambda folder: (folder / "config.json").write_text("{") and folder, "not valid JSON"),
        (lambda folder: (folder / "model.onnx").write_bytes(b"nothing") and folder, "as an ONNX model"),
        (lambda folder: edited(folder, id2label=None), "id2label"),
        (lambda folder: edited(folder, id2label={"0": "O", "1": "B-PER"}), "it has O, PER"),
        (lambda folder: edited(folder, id2label={"0": "O", "1": "B-LOC"}), "outputs of shape"),
        (lambda folder: write_model(folder, sizes=(1, 128)), "dynamic axes"),
        (lambda folder: write_model(folder, inputs=("input_ids", "pixels")), "pixels"),
        (lambda folder: write_model(folder, positions=4), "longer window"),
        (
            lambda folder: (
                write_model(folder, file="other.onnx") and (folder / "model.onnx").rename(folder / "a.onnx").parent
            ),
            "pass one of these files",
        ),
    ],
)
def test_what_cannot_be_read_is_named_with_what_to_do(tmp_path, spoil, says):
    path = spoil(write_model(tmp_path))
    with pytest.raises(UnsupportedFormat, match=says):
        TransformersRecognizer(path).recognize(["in Mosul"])


def test_the_name_of_a_hub_is_refused_and_nothing_is_fetched():
    with pytest.raises(UnsupportedFormat, match="downloads none: download the model to a folder first"):
        TransformersRecognizer("someone/bert-base-NER")


@pytest.mark.parametrize(
    ("options", "says"), [({"backend": "jax"}, "backend 'jax'"), ({"device": "cuda"}, "device='cuda' is for torch")]
)
def test_options_that_mean_nothing_are_refused(model, options, says):
    with pytest.raises(UnsupportedFormat, match=says):
        TransformersRecognizer(model, **options)


def test_without_torch_the_error_says_what_to_install(model, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingDependency, match=r"pip install 'geomap-toolkit\[transformers\]'"):
        TransformersRecognizer(model, backend="torch")


def test_the_words_of_a_classifier_are_resolved(recognizer):
    articles = pd.DataFrame({"article_id": ["1"], "text": ["rain fell on Mosul"]})
    mentions = geomap.geoparse(articles, recognizer=recognizer)
    assert mentions[["toponym", "place_id"]].to_numpy().tolist() == [["Mosul", "geonames:99072"]]
    assert mentions["recognition_score"].between(0.9, 1).all()


# Token classifiers in torch, and the same ones exported


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny BERT, trained for a moment, with its weights for torch and exported to ONNX."""
    import torch
    from transformers import BertConfig, BertForTokenClassification, BertTokenizerFast

    torch.manual_seed(0)
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("bert") / "model"
    names = {"Mosul": ["B-LOC"], "Leeds": ["B-LOC"], "New York": ["B-LOC", "I-LOC"], "Reuters": ["B-ORG"]}
    frames = ["rain fell on {} .", "in {} the road is shut .", "from {} to {} , {} !", "{} is shut .", "the road to {}"]
    labels = ["O", "B-LOC", "I-LOC", "B-ORG", "I-ORG"]
    tokenizer = BertTokenizerFast(tokenizer_object=word_tokenizer(), do_lower_case=False, model_max_length=48)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=50,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
    )
    network = BertForTokenClassification(config)
    optimizer = torch.optim.AdamW(network.parameters(), lr=5e-3)
    sentences = [(frame, name) for frame in frames for name in names]
    for _ in range(12):
        for frame, name in sentences:
            text = frame.replace("{}", name)
            tags = frame.replace("{}", " ".join(names[name])).split()
            given = tokenizer(text, return_tensors="pt")
            wanted = [0, *(labels.index(tag) if tag in labels else 0 for tag in tags), 0]
            network(**given, labels=torch.tensor([wanted])).loss.backward()
            optimizer.step()
            optimizer.zero_grad()
    network.eval()
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    given = tokenizer("rain fell on Mosul", return_tensors="pt")
    free = {0: "batch", 1: "pieces"}
    torch.onnx.export(
        network,
        (given["input_ids"], given["attention_mask"], given["token_type_ids"]),
        str(folder / "model.onnx"),
        input_names=["input_ids", "attention_mask", "token_type_ids"],
        output_names=["logits"],
        dynamic_axes=dict.fromkeys(("input_ids", "attention_mask", "token_type_ids", "logits"), free),
        opset_version=17,
        dynamo=False,
    )
    return folder


READ = ["rain fell on Leeds . the road to New York is shut !", "👩‍🚒 from Mosul to Leeds , New York", "Reuters is shut"]


@needs_torch
def test_a_small_bert_finds_names_by_torch_and_by_onnx_alike(bert):
    by_torch = TransformersRecognizer(bert, backend="torch", demonyms=DEMONYMS).recognize([*READ, " ".join(READ * 9)])
    by_onnx = TransformersRecognizer(bert, backend="onnx", demonyms=DEMONYMS).recognize([*READ, " ".join(READ * 9)])
    assert [READ[0][span.start : span.end] for span in by_torch[0]] == ["Leeds", "New York"]
    assert [READ[1][span.start : span.end] for span in by_torch[1]] == ["Mosul", "Leeds", "New York"]
    assert by_torch[2] == []
    assert len(by_torch[3]) >= 40  # many windows; so small a network slips now and then, but in both alike
    for torch_spans, onnx_spans in zip(by_torch, by_onnx, strict=True):
        assert [(s.start, s.end, s.kind) for s in torch_spans] == [(s.start, s.end, s.kind) for s in onnx_spans]
        assert [s.score for s in torch_spans] == pytest.approx([s.score for s in onnx_spans], abs=1e-4)


@needs_torch
def test_a_pipeline_already_built_gives_what_its_folder_gives_and_what_it_gives_itself(bert):
    import transformers

    model = transformers.AutoModelForTokenClassification.from_pretrained(bert, local_files_only=True)
    tokenizer = transformers.AutoTokenizer.from_pretrained(bert, local_files_only=True)
    pipeline = transformers.pipeline(
        "token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="first"
    )
    found = TransformersRecognizer(pipeline, demonyms=DEMONYMS).recognize(READ)
    assert found == TransformersRecognizer(bert, backend="torch", demonyms=DEMONYMS).recognize(READ)
    for text, spans in zip(READ, found, strict=True):
        own = [(each["start"], each["end"]) for each in pipeline(text) if each["entity_group"] == "LOC"]
        assert [(span.start, span.end) for span in spans] == own


@needs_torch
@pytest.mark.parametrize("text", STRANGE)
def test_strange_text_gives_lawful_spans_by_torch_too(bert, text):
    (spans,) = TransformersRecognizer(bert, backend="torch", demonyms=DEMONYMS).recognize([text])
    assert_lawful(text, spans)


@needs_torch
def test_a_folder_without_weights_that_are_safe_to_load_is_refused(bert, tmp_path):
    import torch
    import transformers

    model = transformers.AutoModelForTokenClassification.from_pretrained(bert, local_files_only=True)
    torch.save(model.state_dict(), tmp_path / "pytorch_model.bin")
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((bert / name).read_bytes())
    with pytest.raises(UnsupportedFormat, match=r"needs config\.json, tokenizer\.json and model\.safetensors"):
        TransformersRecognizer(tmp_path)


@needs_torch
def test_a_pipeline_for_another_task_is_refused(bert):
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(bert, local_files_only=True)
    model = transformers.BertForMaskedLM(transformers.AutoConfig.from_pretrained(bert, local_files_only=True))
    with pytest.raises(UnsupportedFormat, match="fill-mask"):
        TransformersRecognizer(transformers.pipeline("fill-mask", model=model, tokenizer=tokenizer))


# geomap as a component of a spaCy pipeline

NEWS = [
    "Iraqi troops crossed the Tigris near Mosul on Friday.",
    "Paris Hilton said nothing.",
    "The Toledo Police Department in Ohio has charged a man.",
    "",
    "They walked from Springfield, Maine, to Xqzyville in Xqzyland.",
]


@pytest.fixture(scope="module")
def reading() -> spacy.Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("geomap")
    return nlp


def placed(doc: Doc) -> list[tuple[str, str, dict[str, Any]]]:
    return [(span.text, span.label_, span._.geomap) for span in doc.spans["geomap"]]


def test_a_document_gets_its_places_as_spans(reading):
    doc = reading(NEWS[0])
    assert [(span.text, span.label_, span.kb_id_) for span in doc.spans["geomap"]] == [
        ("Iraqi", "demonym", "geonames:99237"),
        ("Tigris", "toponym", "geomap:region/tigris-river"),
        ("Mosul", "toponym", "geonames:99072"),
    ]
    place = doc.spans["geomap"][2]._.geomap
    assert (place["geonameid"], place["name"], place["country_code"], place["status"]) == (
        99072,
        "Mosul",
        "IQ",
        "resolved",
    )
    assert (place["lat"], place["lon"]) == pytest.approx((36.34, 43.13), abs=0.1)
    assert 0.5 < place["confidence"] <= 1.0
    assert doc.text[place["start"] : place["end"]] == place["toponym"] == "Mosul"


def test_the_component_gives_what_geoparse_gives(reading):
    articles = pd.DataFrame({"article_id": [str(n) for n in range(len(NEWS))], "text": NEWS})
    mentions = geomap.geoparse(articles, approximate=False)
    expected = [
        (article, start, end, kind, None if pd.isna(place) else place)
        for article, start, end, kind, place in mentions[["article_id", "start", "end", "kind", "place_id"]].to_numpy()
    ]
    found = [
        (str(number), place["start"], place["end"], kind, place["place_id"])
        for number, doc in enumerate(reading.pipe(NEWS))
        for _, kind, place in placed(doc)
    ]
    assert found == expected
    assert len(found) >= 8


def test_documents_in_batches_read_as_they_do_alone(reading):
    alone = [placed(reading(text)) for text in NEWS]
    assert alone[1] == alone[3] == []
    for size in (1, 2, 100):
        together = [placed(doc) for doc in reading.pipe(NEWS, batch_size=size)]
        for one, other in zip(alone, together, strict=True):
            assert [each[:2] for each in one] == [each[:2] for each in other]
            assert [each[2]["place_id"] for each in one] == [each[2]["place_id"] for each in other]


def test_documents_sent_to_other_processes_come_back_with_their_places(reading):
    alone = [placed(doc) for doc in reading.pipe(NEWS)]
    spread = [placed(doc) for doc in reading.pipe(NEWS * 4, n_process=2, batch_size=len(NEWS))]
    assert spread == alone * 4


def test_the_component_travels_to_processes_that_start_afresh(reading):
    component = pickle.loads(pickle.dumps(reading.get_pipe("geomap")))
    assert placed(component(spacy.blank("en")(NEWS[0]))) == placed(reading(NEWS[0]))


def test_what_is_not_known_is_nil_with_its_words(reading):
    doc = reading(NEWS[4])
    unknown = [place for words, _, place in placed(doc) if words.startswith("Xqz")]
    assert unknown
    for place in unknown:
        assert (place["status"], place["place_id"], place["lat"], place["geonameid"]) == ("nil", None, None, None)
    assert all(isinstance(place["confidence"], float) for place in unknown)


def test_places_survive_being_written_and_read(reading):
    doc = reading(NEWS[0])
    written = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    (read,) = DocBin().from_bytes(written).get_docs(reading.vocab)
    assert placed(read) == placed(doc)
    assert placed(Doc(reading.vocab).from_bytes(doc.to_bytes())) == placed(doc)


def test_a_pipeline_on_disk_works_where_nothing_has_imported_geomap(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("geomap", config={"min_confidence": 0.1, "spans_key": "places"})
    doc = nlp(NEWS[0])
    expected = [(span.text, span._.geomap["place_id"]) for span in doc.spans["places"]]
    nlp.to_disk(tmp_path / "pipeline")
    code = (
        "import spacy\n"
        f"doc = spacy.load({str(tmp_path / 'pipeline')!r})({NEWS[0]!r})\n"
        "print([(span.text, span._.geomap['place_id']) for span in doc.spans['places']])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.strip() == str(expected)
    assert ("Mosul", "geonames:99072") in expected


def test_the_entities_of_the_pipeline_are_resolved_in_place_of_a_recognizers(nlp):
    nlp.add_pipe("geomap", config={"recognizer": "ents"})
    doc = nlp("Iraqi and Muslim leaders met Reuters in Mosul, not in Leeds.")
    assert [(words, kind) for words, kind, _ in placed(doc)] == [("Iraqi", "demonym"), ("Mosul", "toponym")]
    of_entities = {entity.text: entity._.geomap and entity._.geomap["geonameid"] for entity in doc.ents}
    assert of_entities == {"Iraqi": 99237, "Muslim": None, "Reuters": None, "Mosul": 99072}


def test_the_labels_of_entities_may_be_chosen(nlp):
    nlp.add_pipe("geomap", config={"recognizer": "ents", "labels": {"STREET": "toponym"}, "min_confidence": 1.0})
    (found,) = placed(nlp("From Mosul on the A1"))
    assert found[:2] == ("A1", "toponym")
    assert found[2]["status"] == "nil"


def test_an_entity_that_overlaps_a_mention_has_its_place():
    nlp = ruled(ORG=["Toledo Police Department"], GPE=["Maine"])
    nlp.add_pipe("geomap")
    doc = nlp("The Toledo Police Department has charged a man from Maine.")
    organisation, state = doc.ents
    assert (organisation._.geomap["toponym"], organisation._.geomap["kind"]) == ("Toledo", "embedded")
    assert state._.geomap["name"] == "Maine"
    assert doc.spans["geomap"][-1]._.geomap == state._.geomap


def test_a_mention_inside_a_token_takes_in_the_token_and_keeps_its_offsets():
    nlp = spacy.blank("en")
    nlp.tokenizer = spacy.tokenizer.Tokenizer(nlp.vocab)
    nlp.add_pipe("geomap")
    doc = nlp("Trains run from Paris-London, as before.")
    assert [words for words, _, _ in placed(doc)] == ["Paris-London,"]  # one token, one span: the surer of the two
    place = placed(doc)[0][2]
    assert doc.text[place["start"] : place["end"]] == place["toponym"]
    assert place["toponym"] in {"Paris", "London"}


def test_a_recognizer_of_ones_own_goes_in_through_spacys_registry():
    @spacy.registry.misc("only-leeds.v1")
    def make() -> Recognizer:
        return SpacyRecognizer(ruled(GPE=["Leeds"]))

    nlp = spacy.blank("en")
    nlp.add_pipe("geomap", config={"recognizer": {"@misc": "only-leeds.v1"}})
    assert [words for words, _, _ in placed(nlp("From Mosul to Leeds"))] == ["Leeds"]
    assert "only-leeds.v1" in str(nlp.config["components"]["geomap"])


@pytest.mark.parametrize(
    ("config", "error"),
    [
        ({"gazetteer": "no-such-gazetteer"}, geomap.errors.GazetteerNotFound),
        ({"min_confidence": 2.0}, geomap.errors.InvalidTable),
        ({"recognizer": "ents", "labels": {"GPE": "city"}}, UnsupportedFormat),
    ],
)
def test_options_that_cannot_be_are_refused_when_the_component_is_added(config, error):
    with pytest.raises(error):
        spacy.blank("en").add_pipe("geomap", config=config)


def test_importing_the_recognizers_loads_no_library_and_registers_nothing():
    code = (
        "import sys, geomap.recognition\n"
        "print([name for name in ('spacy', 'torch', 'transformers', 'onnxruntime') if name in sys.modules])\n"
        "from spacy.tokens import Span\n"
        "print(Span.has_extension('geomap'))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split("\n")[:2] == ["[]", "False"]


# What the page about recognizers shows


def test_the_examples_of_the_page_run_and_print_what_it_says(model, tmp_path):
    page = DOCS.read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", page, re.DOTALL)
    assert len(blocks) == 5
    assert len(re.search(r"class Datelines:.*?for match in found\]", blocks[0][0], re.DOTALL).group().splitlines()) <= 5
    (tmp_path / "model").symlink_to(model, target_is_directory=True)
    code = "\n".join(f"{block}\nprint('-----')" for block, _ in blocks)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    printed = [part.split() for part in done.stdout.split("-----")[:-1]]
    assert printed == [shown.split() for _, shown in blocks]
