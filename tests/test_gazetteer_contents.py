"""What the gazetteer that ships must know: whole kinds of names, not single rows."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from geomap import Geoparser
from geomap.datasets import sample_articles
from geomap.gazetteer import Candidate, Gazetteer, NameKind, fold
from geomap.geometry import distance_km

TABLES = Path(__file__).parents[1] / "data" / "gazetteer"


def rows(table: str) -> list[dict[str, str]]:
    with (TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def found(gazetteer: Gazetteer, name: str) -> list[Candidate]:
    return gazetteer.candidates([name])[name]


IRISH = [
    "Antrim",
    "Armagh",
    "Carlow",
    "Cavan",
    "Clare",
    "Cork",
    "Donegal",
    "Down",
    "Dublin",
    "Fermanagh",
    "Galway",
    "Kerry",
    "Kildare",
    "Kilkenny",
    "Laois",
    "Leitrim",
    "Limerick",
    "Londonderry",
    "Longford",
    "Louth",
    "Mayo",
    "Meath",
    "Monaghan",
    "Offaly",
    "Roscommon",
    "Sligo",
    "Tipperary",
    "Tyrone",
    "Waterford",
    "Westmeath",
    "Wexford",
    "Wicklow",
]
BRITISH = [
    "Bedfordshire",
    "Berkshire",
    "Buckinghamshire",
    "Cambridgeshire",
    "Cheshire",
    "Cornwall",
    "Cumberland",
    "Cumbria",
    "Derbyshire",
    "Devon",
    "Dorset",
    "Essex",
    "Gloucestershire",
    "Hampshire",
    "Herefordshire",
    "Hertfordshire",
    "Huntingdonshire",
    "Kent",
    "Lancashire",
    "Leicestershire",
    "Lincolnshire",
    "Merseyside",
    "Middlesex",
    "Norfolk",
    "Northamptonshire",
    "Northumberland",
    "Nottinghamshire",
    "Oxfordshire",
    "Rutland",
    "Shropshire",
    "Somerset",
    "Staffordshire",
    "Suffolk",
    "Surrey",
    "Sussex",
    "Warwickshire",
    "Westmorland",
    "Wiltshire",
    "Worcestershire",
    "Yorkshire",
    "Anglesey",
    "Breconshire",
    "Caernarfonshire",
    "Cardiganshire",
    "Carmarthenshire",
    "Denbighshire",
    "Flintshire",
    "Glamorgan",
    "Merionethshire",
    "Monmouthshire",
    "Montgomeryshire",
    "Pembrokeshire",
    "Radnorshire",
    "Gwent",
    "Gwynedd",
    "Dyfed",
    "Clwyd",
    "Powys",
    "Aberdeenshire",
    "Angus",
    "Argyll",
    "Ayrshire",
    "Banffshire",
    "Berwickshire",
    "Caithness",
    "Clackmannanshire",
    "Dumfriesshire",
    "Dunbartonshire",
    "Fife",
    "Kincardineshire",
    "Kirkcudbrightshire",
    "Lanarkshire",
    "Midlothian",
    "Moray",
    "Nairnshire",
    "Peeblesshire",
    "Perthshire",
    "Renfrewshire",
    "Roxburghshire",
    "Selkirkshire",
    "Stirlingshire",
    "Sutherland",
    "Wigtownshire",
]


@pytest.mark.parametrize("form", ["County {}", "Co. {}", "Co {}"])
def test_every_county_of_ireland_has_the_names_that_papers_use(gazetteer: Gazetteer, form: str) -> None:
    names = [form.format(county) for county in IRISH]
    missing = [
        name
        for name, places in gazetteer.candidates(names).items()
        if not any(place.feature_class == "A" and place.country_code in {"IE", "GB"} for place in places)
    ]
    assert missing == []


def test_every_ceremonial_and_historic_county_of_great_britain_is_there(gazetteer: Gazetteer) -> None:
    missing = [
        name
        for name, places in gazetteer.candidates(BRITISH).items()
        if not any(place.feature_class in "AL" and place.country_code == "GB" for place in places)
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("name", "geonameid"),
    [
        ("Lower Franconia", 2819564),  # Regierungsbezirk Unterfranken
        ("Province of Turin", 3165523),  # Torino
        ("Athens County", 4505546),
    ],
)
def test_divisions_bear_the_names_that_people_use(gazetteer: Gazetteer, name: str, geonameid: int) -> None:
    assert geonameid in {place.geonameid for place in found(gazetteer, name)}


def test_every_division_has_its_geonameid(gazetteer: Gazetteer) -> None:
    (store,) = gazetteer._store.stores
    divisions = [place for place in store.places() if place.feature_code in {"ADM1", "ADM2"}]
    assert len(divisions) > 37_000
    assert [place for place in divisions if place.geonameid is None] == []


def test_a_town_is_not_rivalled_by_the_division_called_after_it(gazetteer: Gazetteer) -> None:
    # Landkreis Gießen, Okres Brno, Powiat of a town: by their full names alone.
    assert [place.feature_code for place in found(gazetteer, "Nanjing") if place.country_code == "CN"][:1] == ["PPLA"]
    assert "ADM2" not in {place.feature_code for place in found(gazetteer, "Nanjing")}
    assert "ADM2" in {place.feature_code for place in found(gazetteer, "Nanjing Shi")}


def test_every_quarter_of_the_table_lies_in_its_city(gazetteer: Gazetteer) -> None:
    astray = []
    for row in rows("quarters"):
        cities = [
            place
            for place in found(gazetteer, row["city"])
            if place.feature_class == "P" and place.country_code in row["country_codes"].split("|")
        ]
        nearest = min(distance_km(float(row["lat"]), float(row["lon"]), city.lat, city.lon) for city in cities)
        if nearest > 40:
            astray.append((row["city"], row["name"], nearest))
    assert astray == []


def test_every_quarter_of_the_table_is_found_near_its_point(gazetteer: Gazetteer) -> None:
    lost = [
        (row["city"], row["name"])
        for row in rows("quarters")
        if not any(
            place.feature_class == "P" and distance_km(float(row["lat"]), float(row["lon"]), place.lat, place.lon) <= 15
            for place in found(gazetteer, row["name"])
        )
    ]
    # A name that means a better known place elsewhere is dropped, as Garden City of Cairo is.
    assert len(lost) <= len(rows("quarters")) / 200, lost


@pytest.mark.parametrize("name", ["EU", "E.U.", "European Union", "the European Union"])
def test_the_european_union_is_found_by_its_names(gazetteer: Gazetteer, name: str) -> None:
    first = found(gazetteer, name)[0]
    assert (first.place_id, first.feature_class, first.feature_code) == ("geomap:body/european-union", "X", "BODY")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "place_id"),
    [
        (
            "The EU said on Monday that its talks with Turkey would go on. Officials in Brussels agreed.",
            "geomap:body/european-union",
        ),
        ("He came from Eu, a town in Normandy in northern France.", "geonames:3019329"),
    ],
)
def test_the_european_union_and_the_town_of_eu_are_told_apart(gazetteer: Gazetteer, text: str, place_id: str) -> None:
    articles = sample_articles().head(1).assign(text=text, title="")
    mentions = Geoparser(gazetteer=gazetteer).geoparse(articles)
    assert mentions.loc[mentions["toponym"].isin(["EU", "Eu"]), "place_id"].tolist() == [place_id]


def test_bodies_of_states_are_no_towns_and_have_a_seat(gazetteer: Gazetteer) -> None:
    for row in rows("bodies"):
        body = gazetteer.place(f"geomap:body/{row['slug']}")
        assert body is not None
        assert (body.feature_class, body.country_code) == ("X", None)
        assert distance_km(body.lat, body.lon, float(row["lat"]), float(row["lon"])) < 0.1
        assert bool(gazetteer.points(body)) == bool(row["members"])


def test_codes_of_airports_count_only_where_they_are_asked_for(gazetteer: Gazetteer) -> None:
    for code, place_id in [
        ("LHR", "geomap:airport/LHR"),
        ("EGLL", "geomap:airport/LHR"),
        ("BOM", "geomap:airport/BOM"),
    ]:
        assert place_id not in {place.place_id for place in found(gazetteer, code)}
        asked = gazetteer.candidates([code], codes=True)[code]
        assert NameKind.CODE in {place.kind for place in asked if place.place_id == place_id}
    assert all(NameKind.CODE not in entry.kinds for entry in gazetteer.iter_names())


def test_no_ordinary_look_up_changes_with_codes(gazetteer: Gazetteer) -> None:
    names = ["Paris", "Mosul", "Ohio", "Springfield", "Thames"]
    assert gazetteer.candidates(names) == gazetteer.candidates(names, codes=True)


def test_a_long_river_has_points_along_its_course(gazetteer: Gazetteer) -> None:
    for slug, lat, lon in [
        ("tigris-river", 36.34, 43.13),  # Mosul
        ("euphrates-river", 35.95, 39.01),  # Raqqa
        ("nile-river", 30.04, 31.23),  # Cairo
        ("yangtze-river", 30.58, 114.27),  # Wuhan
        ("danube-river", 48.21, 16.37),  # Vienna
    ]:
        river = gazetteer.place(f"geomap:region/{slug}")
        assert river is not None
        points = gazetteer.points(river)
        assert distance_km(lat, lon, river.lat, river.lon) > 161
        assert min(distance_km(lat, lon, *point) for point in points) < 100, slug


def test_a_river_that_is_kept_by_hand_is_there_once(gazetteer: Gazetteer) -> None:
    for name in ("Tigris", "Euphrates", "Yangtze", "Amazon River", "Danube", "Nile", "Mekong", "Indus"):
        rivers = [place for place in found(gazetteer, name) if place.feature_code == "STM"]
        assert len(rivers) == 1, name


def test_places_say_where_they_come_from(gazetteer: Gazetteer) -> None:
    expected = {
        "geomap:airport/LHR": "airportsdata",
        "geomap:region/tigris-river": "geomap-regions",
        "geomap:body/nato": "geomap-bodies",
    }
    for place_id, source in expected.items():
        place = gazetteer.place(place_id)
        assert place is not None
        assert gazetteer._store.stores[0].origin(place.row).source == source  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "place_id"),
    [
        ("Москва", "geonames:524901"),
        ("Київ", "geonames:703448"),
        ("بغداد", "geonames:98182"),
        ("北京", "geonames:1816670"),
        ("دمشق", "geonames:170654"),
        ("תל אביב", "geonames:293397"),
        ("Αθήνα", "geonames:264371"),
        ("東京", "geonames:1850147"),
        ("서울", "geonames:1835848"),
        ("दिल्ली", "geonames:1273294"),
        ("ঢাকা", "geonames:1185241"),
        ("กรุงเทพ", "geonames:1609350"),
        ("თბილისი", "geonames:611717"),
        ("Երևան", "geonames:616052"),
    ],
)
def test_capitals_are_found_in_their_own_script(gazetteer: Gazetteer, name: str, place_id: str) -> None:
    assert place_id in [place.place_id for place in found(gazetteer, name)]


@pytest.mark.parametrize(
    ("name", "place_id"),
    [
        ("Украина", "geonames:690791"),
        ("العراق", "geonames:99237"),
        ("عراق", "geonames:99237"),
        ("法国", "geonames:3017382"),
        ("Ελλάδα", "geonames:390903"),
        ("نينوى", "geonames:92877"),
        ("Чёрное море", "geomap:region/black-sea"),
        ("黑海", "geomap:region/black-sea"),
        ("الشرق الأوسط", "geomap:region/middle-east"),
    ],
)
def test_countries_divisions_and_seas_are_found_in_other_scripts(
    gazetteer: Gazetteer, name: str, place_id: str
) -> None:
    assert place_id in [place.place_id for place in found(gazetteer, name)]


@pytest.mark.parametrize(
    ("name", "geonameid"),
    [
        ("Harlem", 4904381),  # Oak Park, Illinois
        ("Jerusalem", 5345844),  # El Rio, California
    ],
)
def test_an_alternate_that_means_a_better_known_place_is_dropped(
    gazetteer: Gazetteer, name: str, geonameid: int
) -> None:
    assert gazetteer.place(f"geonames:{geonameid}") is not None
    assert geonameid not in {place.geonameid for place in found(gazetteer, name)}


def test_an_alternate_in_use_stays_where_the_rule_would_drop_it(gazetteer: Gazetteer) -> None:
    assert 2562619 in {place.geonameid for place in found(gazetteer, "Rabat")}


def test_small_places_of_the_postal_files_do_not_repeat_a_town(gazetteer: Gazetteer) -> None:
    (store,) = gazetteer._store.stores
    postal = [place for place in store.places() if place.place_id.startswith("geomap:postal/")]
    assert len(postal) > 20_000
    assert {place.country_code for place in postal} == {"AU", "NZ", "US", "ZA"}
    every = gazetteer.candidates([place.name for place in postal[:2000]])
    for place in postal[:2000]:
        near = [
            other
            for other in every[place.name]
            if other.feature_class == "P"
            and other.row != place.row
            and other.country_code == place.country_code
            and fold(other.name) == fold(place.name)
            and distance_km(place.lat, place.lon, other.lat, other.lon) < 5
        ]
        assert near == [], place
