"""Keywords: what is counted, what is not, and which words stand out."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from analysis_tables import mention, table
from test_analysis_words import _story

from geomap import analysis


def _planted() -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    texts = [
        f"{_story(n)} {'cholera cholera' if n % 2 else 'election election'} in {'Mosul' if n % 2 else 'Raqqa'}"
        for n in range(20)
    ]
    articles = pd.DataFrame({"article_id": [f"a{n}" for n in range(20)], "text": texts, "source": ["x", "y"] * 10})
    articles["published"] = ["2016-05-05", "2017-05-05"] * 10
    rows = [
        mention(f"a{n}", "mosul" if n % 2 else "raqqa", start=len(text) - 5, end=len(text))
        for n, text in enumerate(texts)
    ]
    return articles, table(rows)


@pytest.mark.parametrize("by", ["place", "country", "division", "source", "period"])
def test_the_word_that_was_put_into_one_group_is_its_keyword(by: str) -> None:
    articles, mentions = _planted()
    found = analysis.keywords(mentions, articles, by=by)
    first = found.drop_duplicates(
        [name for name in found.columns if name in {"place_id", "country_code", "source", "period"}]
    )
    assert set(first["word"]) == {"cholera", "election"}
    assert (found["low"] < found["log_odds"]).all()
    assert (first["q"] < 0.05).all()
    assert first["count"].tolist() == [20, 20]


def test_names_are_left_out_on_request() -> None:
    articles, mentions = _planted()
    assert "mosul" in set(analysis.keywords(mentions, articles)["word"])
    assert not {"mosul", "raqqa"} & set(analysis.keywords(mentions, articles, drop_names=True)["word"])


def _said(extra: list[str], source: str = "x") -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Return the planted articles, with words of their own at the end of those on Mosul."""
    articles, mentions = _planted()
    texts = [f"{text}. {extra[n // 2 % len(extra)]}" if n % 2 else text for n, text in enumerate(articles["text"])]
    return articles.assign(text=texts, source=[source if n % 2 else "y" for n in range(20)]), mentions


def _all_words(mentions: gpd.GeoDataFrame, articles: pd.DataFrame, **options: object) -> set[str]:
    return set(analysis.keywords(mentions, articles, by="source", limit=500, **options)["word"])  # type: ignore[arg-type]


def test_stop_words_are_not_keywords_unless_asked_for() -> None:
    articles, mentions = _said(
        ["It's what they didn't see after all, because there’s fire.", "It's they didn't there’s fire."]
    )
    stops = {"it's", "they", "didn't", "there’s"}
    kept = _all_words(mentions, articles, drop_boilerplate=False)
    assert not stops & kept
    assert "fire" in kept  # on many lists of stop words, and a subject of news
    assert stops <= _all_words(mentions, articles, drop_boilerplate=False, stop_words=None)
    mine = _all_words(mentions, articles, drop_boilerplate=False, stop_words=["Fire", "there's"])
    assert {"it's", "they"} <= mine and not {"fire", "there’s"} & mine


def test_a_run_of_words_may_hold_stop_words_inside_only() -> None:
    articles, mentions = _said(
        ["Thousands of barrels a day for the state, it said.", "So barrels a day, and barrels of oil."]
    )
    found = _all_words(mentions, articles, drop_boilerplate=False, ngrams=(2, 3), min_articles=1)
    assert {"barrels a day", "barrels of oil"} <= found
    assert not {"barrels day", "of barrels", "barrels of", "for the state"} & found


def test_html_entities_are_not_words() -> None:
    articles, mentions = _said(["Smith &amp; Sons&nbsp;paid.", "Tents &amp;amp; blankets, &quot;gifts&quot;."])
    found = _all_words(mentions, articles, drop_boilerplate=False, min_articles=1)
    assert {"smith", "sons", "tents", "gifts"} <= found
    assert not {"amp", "nbsp", "quot"} & found


@pytest.mark.parametrize("text", ["Reporting by the Kestrel bureau on 1{n} May.", "Photo: Kestrel bureau"])
def test_sentences_that_repeat_over_a_source_give_no_keywords(text: str) -> None:
    articles, mentions = _said([text.format(n=n) for n in range(20)])
    assert not {"kestrel", "bureau"} & _all_words(mentions, articles)
    assert {"kestrel", "bureau"} <= _all_words(mentions, articles, drop_boilerplate=False)
    assert "cholera" in _all_words(mentions, articles)


def test_a_byline_is_not_a_keyword() -> None:
    articles, mentions = _planted()
    signed = [f"HATRA (Kestrel Desk) — {text}" if n % 2 else text for n, text in enumerate(articles["text"])]
    articles = articles.assign(text=signed, source=["Kestrel Desk" if n % 2 else "y" for n in range(20)])
    shifted = mentions.assign(
        start=mentions["start"] + [23 * (n % 2) for n in range(20)],
        end=mentions["end"] + [23 * (n % 2) for n in range(20)],
    )
    assert not {"kestrel", "desk"} & _all_words(shifted, articles)
    assert {"kestrel", "desk"} <= _all_words(shifted, articles, drop_boilerplate=False)
    unsigned = articles.assign(text=articles["text"].str.replace("(Kestrel Desk) —", "Kestrel", regex=False))
    assert "kestrel" in _all_words(shifted, unsigned)


def test_what_mentions_are_marked_as_gives_no_keywords() -> None:
    articles, mentions = _said(["Write to our Kestrel office in Mosul.", "Kestrel has it."])
    marked = mentions.assign(
        sentence="Write to our Kestrel office in Mosul.", boilerplate=pd.array([True] * 20, dtype="boolean")
    )
    once = articles.iloc[:4]
    assert "office" in _all_words(mentions, once, min_articles=1)
    assert "office" not in _all_words(marked, once, min_articles=1)


def test_a_story_that_is_printed_several_times_keeps_its_words() -> None:
    articles, mentions = _planted()
    articles = articles.assign(text=[articles["text"][1] if n % 2 else text for n, text in enumerate(articles["text"])])
    articles["source"] = ["x" if n % 2 else "y" for n in range(20)]
    assert "cholera" in _all_words(mentions, articles)


def test_a_group_of_all_articles_has_nothing_to_be_compared_with() -> None:
    articles, mentions = _planted()
    assert len(analysis.keywords(mentions, articles.assign(source="x"), by="source")) == 0


def test_words_come_by_evidence_and_a_word_of_one_long_article_is_none() -> None:
    """In 22 of 45 articles and none of 40 others is more than in 21 and two of them."""
    here = [
        " ".join(["cholera"] * (n < 22) + ["drought"] * (3 < n < 25) + ["ferry" * (n == 9)] * 90) for n in range(45)
    ]
    texts = [f"The {words} day" for words in here] + ["The drought day"] * 2 + ["The quiet day"] * 38
    articles = pd.DataFrame({"article_id": [f"a{n}" for n in range(85)], "title": "", "text": texts})
    articles["source"] = ["x" if n < 45 else "y" for n in range(85)]
    found = analysis.keywords(table([]), articles, by="source", min_articles=1).set_index(["source", "word"])
    first = found.loc["x"]
    assert list(first.index[:2]) == ["cholera", "drought"]
    assert first["p"].is_monotonic_increasing
    assert first.loc["cholera", ["articles", "articles_elsewhere"]].tolist() == [22, 0]
    assert first.loc["cholera", "p"] == pytest.approx(3.3e-8, rel=0.02)
    assert first.loc["ferry", "count"] == 90
    assert first.loc["ferry", "p"] > 0.5


def test_keywords_of_syria_in_the_sample_corpus_are_about_syria(
    articles: pd.DataFrame, mentions: gpd.GeoDataFrame
) -> None:
    found = analysis.keywords(mentions, articles, group_limit=5, limit=5)
    assert found.loc[found["country_code"] == "SY", "word"].str.contains("syria|raqqa").any()
