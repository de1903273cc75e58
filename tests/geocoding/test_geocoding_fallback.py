"""What the gazetteer leaves unresolved, asked of a service: what leaves the machine, what comes back, what stays."""

from __future__ import annotations

import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from itertools import combinations
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from geocoding_fakes import place
from geocoding_faults import FaultServer
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many
from typer.testing import CliRunner

import geomap
from geomap.cli import app
from geomap.errors import BulkGeocoding, FallbackIncomplete, GeocodingFailed, GeocodingMisused
from geomap.geocoding import Service, ServiceCandidate
from geomap.resolution._fallback import MAX_CONFIDENCE, one_per_place

pytestmark = pytest.mark.network

REPORT = (
    "A car bomb went off on Al-Farouq Street in Mosul on Monday, Iraqi police said. Soldiers came from Baghdad to guard "
    "the Zubaydi Clinic. Al-Farouq Street was closed, the Al-Farouq Street Merchants Association said."
)
ELSEWHERE = "Residents of Cedarholm Lane in Columbus, Ohio, said on Monday that Cleveland had forgotten them."
HARMLESS = {"q", "format", "limit", "countrycodes", "addressdetails", "accept-language"}


def articles(*texts: str, **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"article_id": [f"a{number}" for number in range(len(texts))], "text": list(texts), **columns})


def spans_of(table: pd.DataFrame, words: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Return every occurrence of words in the texts, each with its kind."""
    rows = []
    for article_id, text in zip(table["article_id"], table["text"], strict=True):
        for word, kind in words:
            begin = text.find(word)
            while begin >= 0:
                rows.append((article_id, "text", begin, begin + len(word), kind))
                begin = text.find(word, begin + 1)
    return pd.DataFrame(rows, columns=["article_id", "field", "start", "end", "kind"])


@pytest.fixture(scope="module")
def plain(gazetteer: geomap.Gazetteer) -> geomap.Geoparser:
    return geomap.Geoparser(gazetteer=gazetteer, approximate=False)


@pytest.fixture
def with_fallback(gazetteer: geomap.Gazetteer) -> Callable[..., geomap.Geoparser]:
    return lambda service, **options: geomap.Geoparser(
        gazetteer=gazetteer, fallback=service, approximate=False, **options
    )


def test_a_street_that_the_gazetteer_lacks_gets_a_point_and_a_confidence(plain, with_fallback, reach) -> None:
    table = articles(REPORT)
    before = plain.geoparse(table)
    street = before["toponym"].eq("Al-Farouq Street")
    assert before.loc[street, "status"].eq("nil").all()
    assert street.any()
    mentions = with_fallback(reach()).geoparse(table)
    row = mentions[street].iloc[0]
    assert (row["status"], row["place_id"], row["name"]) == ("resolved", "nominatim:N1", "Al-Farouq Street")
    assert (row["country_code"], row["country"]) == ("IQ", "Iraq")
    assert (row["feature_class"], row["feature_code"]) == ("R", "ST")
    assert (row.geometry.x, row.geometry.y) == (43.145, 36.345)
    assert 0 < row["confidence"] <= MAX_CONFIDENCE
    assert list(mentions.columns) == list(before.columns)
    assert mentions.dtypes.astype(str).tolist() == before.dtypes.astype(str).tolist()


def test_mentions_that_were_resolved_already_keep_every_value(plain, with_fallback, reach) -> None:
    table = articles(REPORT, ELSEWHERE, source=["Mosul Post", "Ohio Post"])
    before, after = plain.geoparse(table), with_fallback(reach()).geoparse(table)
    known = before["status"].eq("resolved")
    assert known.sum() >= 5
    pd.testing.assert_frame_equal(before[known].drop(columns="geometry"), after[known].drop(columns="geometry"))
    assert before.geometry[known].geom_equals(after.geometry[known]).all()
    kept, new = geomap.alternatives(before[known]), geomap.alternatives(after[known])
    pd.testing.assert_frame_equal(kept, new)
    assert after["status"].eq("resolved").sum() > known.sum()


def test_only_names_and_the_country_leave_the_machine(with_fallback, reach, server: FaultServer) -> None:
    table = articles(REPORT, ELSEWHERE, source=["Mosul Post", "Ohio Post"], title=["", "A lane at the edge"])
    mentions = with_fallback(reach()).geoparse(table)
    asked = [parse_qs(urlsplit(seen.target).query) for seen in server.seen]
    assert asked
    assert all(set(question) <= HARMLESS for question in asked)
    assert {question["q"][0] for question in asked} <= set(mentions["toponym"])
    assert {question["q"][0]: question["countrycodes"] for question in asked}["Cedarholm Lane"] == ["us"]
    for seen in server.seen:
        sent = f"{seen.target} {seen.headers}"
        assert not any(word in sent for word in ("bomb", "police", "Residents", "forgotten", "Post", "edge", "Mosul"))


def test_a_name_is_asked_once_per_country_and_known_answers_never_again(with_fallback, reach, server) -> None:
    table = articles(REPORT, REPORT, REPORT.replace("Al-Farouq Street", "AL-FAROUQ STREET"), ELSEWHERE)
    words = [("Al-Farouq Street", "toponym"), ("AL-FAROUQ STREET", "toponym"), ("Cedarholm Lane", "toponym")]
    spans = spans_of(table, [*words, ("Mosul", "toponym"), ("Columbus", "toponym")])
    parser = with_fallback(reach())
    first = parser.resolve(table, spans)
    assert sorted(seen.query for seen in server.seen) == ["Al-Farouq Street", "Cedarholm Lane"]
    again = with_fallback(reach(only_cached=True)).resolve(table, spans)
    assert len(server.seen) == 2
    pd.testing.assert_frame_equal(first.drop(columns="geometry"), again.drop(columns="geometry"))


def test_one_name_in_two_countries_is_two_questions_with_two_answers(make, with_fallback) -> None:
    def answer(request):
        country = parse_qs(urlsplit(request.url).query)["countrycodes"][0]
        point = {"iq": (36.3, 43.1, 1), "us": (40.0, -83.0, 2)}[country]
        return [{**place("Mill Lane", *point), "class": "highway", "address": {"country_code": country}}]

    service, transport = make(answer=answer)
    table = articles("Mill Lane in Mosul was closed.", "Mill Lane in Columbus, Ohio, was closed.")
    spans = spans_of(table, [(word, "toponym") for word in ("Mill Lane", "Mosul", "Columbus", "Ohio")])
    found = with_fallback(service).resolve(table, spans).set_index(["article_id", "toponym"])
    assert len(transport.requests) == 2
    assert found.loc[("a0", "Mill Lane"), "country_code"] == "IQ"
    assert found.loc[("a1", "Mill Lane"), "country_code"] == "US"


def test_an_article_without_any_resolved_place_asks_without_a_country(with_fallback, reach, server) -> None:
    table = articles("They met on Cedarholm Lane.")
    with_fallback(reach()).resolve(table, spans_of(table, [("Cedarholm Lane", "toponym")]), use_context=False)
    assert [set(parse_qs(urlsplit(seen.target).query)) for seen in server.seen] == [HARMLESS - {"countrycodes"}]


def test_demonyms_are_not_asked_and_names_inside_names_only_share_an_answer(with_fallback, reach, server) -> None:
    table = articles("Cedarholmers left Cedarholm, the Cedarholm Police Department and the Oakholm Fire Brigade said.")
    text = table["text"].iloc[0]
    begin = text.index("Cedarholm Police")
    words = [("Cedarholmers", "demonym"), ("Oakholm", "embedded")]
    own = [("a0", "text", text.index("Cedarholm, "), text.index("Cedarholm, ") + 9, "toponym")]
    inner = [("a0", "text", begin, begin + 9, "embedded")]
    spans = pd.concat([spans_of(table, words), pd.DataFrame(own + inner, columns=spans_of(table, []).columns)])
    mentions = with_fallback(reach()).resolve(table, spans, use_context=False)
    assert [seen.query for seen in server.seen] == ["Cedarholm"]
    kinds = dict(zip(mentions["toponym"] + " " + mentions["kind"], mentions["status"], strict=True))
    assert kinds == {
        "Cedarholmers demonym": "nil",
        "Cedarholm toponym": "resolved",
        "Cedarholm embedded": "resolved",
        "Oakholm embedded": "nil",
    }


def test_with_homes_an_article_shares_no_answer_that_another_one_asked_for(with_fallback, reach) -> None:
    table = articles("Rain fell on Cedarholm.", "The Cedarholm Police Department said so.")
    spans = spans_of(table, [("Cedarholm", "toponym")])
    spans.loc[spans["article_id"] == "a1", "kind"] = "embedded"
    together = with_fallback(reach()).resolve(table, spans, use_context=False)
    assert together["status"].tolist() == ["resolved", "resolved"]
    alone = with_fallback(reach(), homes={}).resolve(table, spans, use_context=False)
    assert alone["status"].tolist() == ["resolved", "nil"]
    first = with_fallback(reach(), homes={}).resolve(table.iloc[:1], spans.iloc[:1], use_context=False)
    assert first["alternatives"].tolist() == alone["alternatives"].tolist()[:1]


def test_what_the_service_does_not_know_stays_nil(plain, with_fallback, reach) -> None:
    table = articles("In Mosul, Nowhereholm was flooded.")
    spans = spans_of(table, [("Nowhereholm", "toponym"), ("Mosul", "toponym")])
    row = with_fallback(reach()).resolve(table, spans).iloc[1]
    assert (row["status"], row["confidence"], row.geometry) == ("nil", 0.0, None)
    pd.testing.assert_frame_equal(
        with_fallback(reach()).resolve(table, spans).drop(columns="geometry"),
        plain.resolve(table, spans).drop(columns="geometry"),
    )


def test_a_broken_service_leaves_nil_and_one_warning_that_counts(with_fallback, reach) -> None:
    table = articles("In Mosul, Cedarholm Lane and Oakholm Lane were flooded.")
    spans = spans_of(table, [(word, "toponym") for word in ("Cedarholm Lane", "Oakholm Lane", "Mosul")])
    parser = with_fallback(reach("500-always", attempts=2))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        mentions = parser.resolve(table, spans)
    told = [one for one in caught if issubclass(one.category, FallbackIncomplete)]
    assert len(told) == 1
    assert "gave no answer for 2 of 2 names" in str(told[0].message)
    assert "500" in str(told[0].message)
    assert told[0].filename == __file__
    assert mentions["status"].tolist() == ["resolved", "nil", "nil"]


def test_one_name_that_fails_costs_no_other_its_answer(make, with_fallback) -> None:
    service, _ = make(answer=lambda request: [place("Oakholm")] if "Oakholm" in request.url else b"<html>", attempts=1)
    table = articles("In Mosul, Cedarholm and Oakholm were flooded.")
    spans = spans_of(table, [(word, "toponym") for word in ("Cedarholm", "Oakholm", "Mosul")])
    with pytest.warns(FallbackIncomplete, match="gave no answer for 1 of 2 names"):
        mentions = with_fallback(service).resolve(table, spans)
    assert dict(zip(mentions["toponym"], mentions["status"], strict=True)) == {
        "Mosul": "resolved",
        "Cedarholm": "nil",
        "Oakholm": "resolved",
    }


def test_the_ranker_chooses_among_what_the_service_proposes_and_the_rest_are_runners_up(make, with_fallback) -> None:
    near = {**place("Cedarholm", 36.34, 43.13, 2), "type": "village"}
    far = {**place("Cedarholm", 30.50, 47.80, 1), "type": "village"}
    service, _ = make(answer=lambda request: [far, near])
    table = articles("Cedarholm, a suburb of Mosul, lies near Tallkayf and Bartella.")
    spans = spans_of(table, [(word, "toponym") for word in ("Cedarholm", "Mosul", "Tallkayf", "Bartella")])
    mentions = with_fallback(service).resolve(table, spans)
    assert mentions["place_id"].iloc[0] == "nominatim:N2"
    runners = geomap.alternatives(mentions.iloc[[0]])
    assert runners["place_id"].tolist() == ["nominatim:N2", "nominatim:N1"]
    assert runners["probability"].iloc[0] == mentions["confidence"].iloc[0]
    assert "Cedarholm" in str(geomap.why(mentions.iloc[[0]]))


def test_a_mention_below_min_confidence_is_asked_too(plain, with_fallback, make) -> None:
    service, transport = make(answer=lambda request: [])
    table = articles("The fair in Springfield drew visitors.")
    spans = spans_of(table, [("Springfield", "toponym")])
    unsure = plain.resolve(table, spans, use_context=False)["confidence"].iloc[0]
    parser = with_fallback(service, min_confidence=min(unsure + 0.05, 1.0))
    assert parser.resolve(table, spans, use_context=False)["status"].tolist() == ["nil"]
    assert transport.queries == ["Springfield"]


def test_more_names_than_a_public_service_wants_are_warned_of(make, with_fallback) -> None:
    service, _ = make()
    service.policy = Service("photon", rate_folder="unused").policy.__class__("https://example.org", bulk=1)
    table = articles("In Mosul, Cedarholm and Oakholm were flooded.")
    spans = spans_of(table, [(word, "toponym") for word in ("Cedarholm", "Oakholm", "Mosul")])
    with pytest.warns(BulkGeocoding, match="up to 2 names"):
        with_fallback(service).resolve(table, spans)


def test_a_name_that_cannot_be_sent_is_said_and_not_asked(make) -> None:
    service, transport = make()
    for name in ("", " \n", "x" * 501):
        with pytest.raises(GeocodingFailed, match="cannot be geocoded"):
            service.candidates(name)
    assert transport.requests == []


@pytest.mark.parametrize("given_service", ["nominatim", object()])
def test_what_is_no_service_is_refused_before_anything_is_read(given_service) -> None:
    with pytest.raises(GeocodingMisused, match="user_agent"):
        geomap.Geoparser(fallback=given_service)


def test_without_a_fallback_nothing_that_can_ask_the_network_is_loaded(gazetteer_cache) -> None:
    code = (
        "import sys, pandas as pd, geomap\n"
        "table = pd.DataFrame({'article_id': ['a'], 'text': ['Rain fell on Mosul and Cedarholm Lane.']})\n"
        f"names = geomap.Gazetteer(cache_dir={str(gazetteer_cache)!r})\n"
        "geomap.Geoparser(recognizer='gazetteer', gazetteer=names).geoparse(table)\n"
        "print([name for name in ('requests', 'tenacity', 'geomap.geocoding', 'geomap._http') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_asks_the_service_that_it_names(gazetteer_cache, server, tmp_path, monkeypatch) -> None:
    (tmp_path / "report.txt").write_text("A car bomb went off on Al-Farouq Street in Mosul on Monday.", "utf-8")
    shutil.copytree(gazetteer_cache, tmp_path / "cache")
    monkeypatch.setenv("GEOMAP_CACHE", str(tmp_path / "cache"))
    output = tmp_path / "mentions.csv"
    command = ["geoparse", str(tmp_path / "report.txt"), "-o", str(output)]
    agent = ["--user-agent", "geomap-tests (tests@example.org)"]
    done = CliRunner().invoke(app, [*command, "--fallback", "nominatim", "--domain", server.url(), *agent])
    assert done.exit_code == 0, done.output
    assert [seen.query for seen in server.seen] == ["Al-Farouq Street"]
    assert pd.read_csv(output).set_index("toponym").loc["Al-Farouq Street", "place_id"].startswith("nominatim:")
    refused = CliRunner().invoke(app, [*command, *agent])
    assert isinstance(refused.exception, GeocodingMisused)


candidates = st.builds(
    ServiceCandidate,
    place_id=st.sampled_from(["n:1", "n:2", "n:3", "n:4"]),
    name=st.sampled_from(["Mill Lane", "MILL LANE", "Mill Street"]),
    address=st.just(""),
    lat=st.floats(36.0, 36.3),
    lon=st.floats(43.0, 43.1),
    feature_class=st.sampled_from(["R", "S"]),
    feature_code=st.none(),
    country_code=st.none(),
    importance=st.none(),
    bounds=st.none(),
)


@settings(max_examples=many(60), deadline=None)
@given(st.lists(candidates, max_size=6))
def test_pieces_of_one_road_become_one_candidate_and_what_lies_apart_stays(found: list[ServiceCandidate]) -> None:
    kept = one_per_place(found)
    assert kept[:1] == found[:1]
    assert one_per_place(kept) == kept
    assert all(len(one_per_place([*kept, each])) == len(kept) for each in found)
    assert all(one_per_place([one, other]) == [one, other] for one, other in combinations(kept, 2))
