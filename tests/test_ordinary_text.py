"""What people type first: one sentence, one name, a cell, a container."""

from __future__ import annotations

import pandas as pd
import pytest

import geomap


def places(text: str) -> dict[str, tuple[str | None, str | None]]:
    """Return the division and country of each mention, None for what was not resolved."""
    mentions = geomap.geoparse(text)
    places = mentions[["admin1", "country"]].astype(object).where(mentions["status"] == "resolved", None)
    return dict(zip(mentions["toponym"], places.itertuples(index=False, name=None), strict=True))


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("Police in London arrested a man.", "London", "United Kingdom"),
        ("Police in Manchester arrested two men after a crash.", "Manchester", "United Kingdom"),
        ("A fire broke out in Boston.", "Boston", "United States"),
        ("The ferry to Dublin was late.", "Dublin", "Ireland"),
        ("They met in Athens on Friday.", "Athens", "Greece"),
        ("He teaches in Alexandria.", "Alexandria", "Egypt"),
    ],
)
def test_a_famous_name_alone_means_the_famous_place(text: str, name: str, country: str) -> None:
    assert places(text)[name][1] == country


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("The train from Memphis to Moscow does not exist.", "Moscow", "Russia"),
        ("Banks in New York and Berlin will close early.", "Berlin", "Germany"),
        ("Chicago beat Phoenix on Sunday.", "Phoenix", "United States"),
        ("Our reporters in Khartoum and Riyadh contributed.", "Riyadh", "Saudi Arabia"),
    ],
)
def test_a_famous_name_beside_one_other_is_not_the_hamlet_next_to_that(text: str, name: str, country: str) -> None:
    assert places(text)[name][1] == country


@pytest.mark.parametrize("text", ["Athens", "London is great.", "THREE KILLED IN BARCELONA BLAST", "Odessa"])
def test_a_well_known_name_with_little_around_it_is_resolved(text: str) -> None:
    ((_, country),) = places(text).values()
    assert country is not None


@pytest.mark.parametrize("text", ["Ships avoid the Red Sea.", "Rain is late in the Sahel again."])
def test_a_region_across_countries_is_not_the_division_named_after_its_share(text: str) -> None:
    ((admin1, country),) = places(text).values()
    assert pd.isna(admin1)
    assert pd.isna(country)


@pytest.mark.parametrize(
    ("text", "name", "admin1"),
    [
        ("The mill of Athens, Ga., closed.", "Athens", "Georgia"),
        ("A bus from Paris (Texas) crashed.", "Paris", "Texas"),
        ("Manchester, N.H., votes early.", "Manchester", "New Hampshire"),
        ("The Ontario town of London was flooded.", "London", "Ontario"),
    ],
)
def test_a_container_beside_a_famous_name_wins(text: str, name: str, admin1: str) -> None:
    assert places(text)[name][0] == admin1


@pytest.mark.parametrize("text", ["The plant in Lansing, Egypt, closed.", "The plant in Brighton (Finland) closed."])
def test_a_name_in_a_country_without_such_a_place_has_no_answer(text: str) -> None:
    name = text.split()[3].strip(",")
    assert places(text)[name] == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        "He toured Lansing, Egypt and Peru.",
        "Ships left Sevastopol, Russia, on Monday.",
        "Hotels in San Juan, United States, are full.",
        "Police in Saint-Denis, France, said so.",
    ],
)
def test_lists_and_disputed_or_dependent_territories_are_no_contradiction(text: str) -> None:
    assert all(country for _, country in places(text).values())


@pytest.mark.parametrize("name", ["Harbin", "Nairobi", "Kano", "Lima", "Ankara", "Osaka"])
def test_a_large_city_is_found_where_it_opens_a_sentence_or_is_all_of_a_cell(name: str) -> None:
    assert name in places(f"{name} is great.")
    assert name in places(name)
    assert name in places(f"City\tCases\n{name}\t120\n")


def test_a_given_name_or_a_word_is_a_city_only_where_it_stands_alone() -> None:
    assert "Paris" in places("Paris")
    assert places("Reading is fun.") == {}
    assert places("Jackson scored twice.") == {}
    assert places("Nice is great.") == {}


def test_each_name_of_a_list_is_found() -> None:
    assert set(places("Kano\nJos\nIbadan\nEnugu")) == {"Kano", "Jos", "Ibadan", "Enugu"}
    assert set(places("| Lagos | 3 |\n| Kano | 4 |")) == {"Lagos", "Kano"}


def test_the_explanation_of_a_name_alone_cites_no_other_places() -> None:
    mentions = geomap.geoparse("Police in London arrested a man.")
    text = str(geomap.why(mentions))
    assert "article's other places" not in text
    assert "names no other place" in text or "prominent" in text


@pytest.mark.parametrize("name", ["Derby", "Preston", "Reading", "Nice", "Mobile", "Lhasa."])
def test_a_text_that_is_nothing_but_the_name_of_a_city_is_that_city(name: str) -> None:
    ((toponym, (_, country)),) = places(name).items()
    assert (toponym, country is not None) == (name.rstrip("."), True)


@pytest.mark.parametrize(
    "text",
    [
        "Hit\nRawa\nMosul\nKirkuk",
        "1. Hit\n2. Rawa\n3. Mosul\n4. Kirkuk",
        "- Hit;\n- Rawa;\n- Mosul;\n- Kirkuk.",
        "Date\tPlace\tKilled\n3 May\tHit\t4\n4 May\tRawa\t1\n6 May\tMosul\t2\n7 May\tKirkuk\t1",
        "Town | Dead\nHit | 3\nRawa | 2\nMosul | 1\nKirkuk | 8",
    ],
)
def test_each_name_of_a_list_of_places_is_found(text: str) -> None:
    found = places(text)
    assert list(found) == ["Hit", "Rawa", "Mosul", "Kirkuk"]
    assert {country for _, country in found.values()} == {"Iraq"}


@pytest.mark.parametrize("text", ["Sports\nOpinion\nWeather\nMost", "Anna\nPreston\nMadison\nVictoria\nOlivia"])
def test_a_list_of_words_or_people_is_no_list_of_places(text: str) -> None:
    assert not {"Most", "Preston", "Anna", "Olivia"} & set(places(text))


def test_a_feature_is_not_sought_in_a_distant_town_that_shares_its_first_word() -> None:
    assert places("Pearl Harbor was attacked.").get("Pearl Harbor", (None, None))[0] != "Mississippi"
    assert places("Trains stop at Memphis Station again.")["Memphis Station"] == ("Tennessee", "United States")


def test_a_landmark_without_a_place_of_its_own_lies_in_the_city_of_its_name() -> None:
    mentions = geomap.geoparse("A fire broke out at Nairobi Hospital.")
    assert mentions[["precision", "country_code"]].to_numpy().tolist() == [["within", "KE"]]


def test_the_airport_is_meant_rather_than_a_hamlet_of_its_name() -> None:
    assert places("Flights from JFK to Heathrow were late.")["Heathrow"][1] == "United Kingdom"


@pytest.mark.parametrize("city", ["London", "Barcelona", "Dublin", "Athens", "Paris", "San Francisco", "Berlin"])
def test_a_city_that_all_the_world_knows_is_no_matter_of_doubt(city: str) -> None:
    (confidence,) = geomap.geoparse(f"Police in {city} arrested a man.")["confidence"]
    assert confidence >= 0.75


def test_a_name_never_ends_with_the_period_of_its_sentence() -> None:
    assert list(places("He went to Tibet's Lhasa.")) == ["Tibet", "Lhasa"]


@pytest.mark.parametrize("text", ["The ship left Port Said for Piraeus.", "Port Said's governor spoke."])
def test_a_large_place_of_several_words_is_found_where_one_of_them_reads_as_a_verb(text: str) -> None:
    assert places(text)["Port Said"] == ("Port Said", "Egypt")


def test_a_large_place_in_a_longer_name_is_not_taken_out_of_it() -> None:
    assert "Port Said" not in places("He met Juan Port Said in the street.")


@pytest.mark.parametrize("city", ["KYOTO", "BOSTON", "MONTERREY"])
def test_a_headline_in_capitals_says_where(city: str) -> None:
    assert city in places(f"THREE KILLED IN {city} BLAST")


def test_a_word_of_a_headline_in_capitals_is_no_place() -> None:
    assert not places("SURGE IN MOBILE SALES IN LARGE NUMBERS")


def test_a_name_with_an_apostrophe_is_found_whole() -> None:
    assert places("The Rohingya fled Rakhine for Cox's Bazar.")["Cox's Bazar"][1] == "Bangladesh"


def test_new_york_beside_a_name_is_a_city() -> None:
    assert places("The U.N. in Geneva and New York; the EU in Brussels.")["Geneva"][1] == "Switzerland"


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("The fire in Windsor, Berkshire, spread.", "Windsor", "United Kingdom"),
        ("Newport, Shropshire, flooded.", "Newport", "United Kingdom"),
        ("Kingston, Surrey", "Kingston", "United Kingdom"),
        ("Newcastle, County Down", "Newcastle", "United Kingdom"),
        ("Windsor, Connecticut", "Windsor", "United States"),
    ],
)
def test_a_county_holds_what_lies_in_it_whatever_its_authorities_are(text: str, name: str, country: str) -> None:
    assert places(text)[name][1] == country


def test_a_county_tells_two_towns_of_one_name_apart() -> None:
    mentions = geomap.geoparse("Bangor, County Down, and Bangor, Gwynedd.")
    assert mentions["admin1"][mentions["toponym"] == "Bangor"].tolist() == ["Northern Ireland", "Wales"]


@pytest.mark.parametrize(
    ("court", "state"), [("Southern District of New York", "New York"), ("Eastern District of Virginia", "Virginia")]
)
def test_the_district_of_a_court_is_its_state(court: str, state: str) -> None:
    assert places(f"Prosecutors in the {court} charged him.") == {state: (state, "United States")}


def test_the_second_half_of_a_name_is_not_sought_in_another_country() -> None:
    assert places("The Syrian army shelled Maarat al-Numan.")["Maarat al-Numan"][1] == "Syria"


def test_a_short_form_in_small_letters_is_known() -> None:
    assert places("just landed in nyc!!") == {"nyc": ("New York", "United States")}
