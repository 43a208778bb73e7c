"""Places by address: what is found, what is not clear, and what is offered instead."""

from __future__ import annotations

import pytest
from tests.unit.roads.tiny_maps import Extract, lonlat

from milkfloat.errors import InputError
from milkfloat.roads.address_text import asked_number, number_keys, street_keys, words
from milkfloat.roads.addresses import AddressBook, Match, Miss


def two_towns() -> Extract:
    """Unterdorf around (0, 0) and Oberdorf around (6,000, 0): each has a Hauptstraße, only Unterdorf a Mühlweg."""
    extract = Extract()
    extract.node(1, 0, 0, place="village", name="Unterdorf")
    extract.node(2, 6_000, 0, place="village", name="Oberdorf")
    for node, x_m, y_m in ((11, -200, 0), (12, 0, 10), (13, 200, 0), (14, 0, 300), (21, 5_900, 0), (22, 6_100, 0)):
        extract.node(node, x_m, y_m)
    extract.way(11, 12, tags={"name": "Hauptstraße"})
    extract.way(12, 13, tags={"name": "Hauptstraße"})
    extract.way(12, 14, tags={"name": "Mühlweg", "alt_name": "Mill Lane;Chemin du Moulin"})
    extract.way(21, 22, tags={"name": "Hauptstraße"})
    extract.node(15, 3_000, 500)
    extract.way(13, 15, 21, tags={"name": "Landstraße"})
    houses = (
        (101, -100, 20, "Hauptstraße", "1", "Unterdorf", "1001"),
        (102, 100, 20, "Hauptstraße", "5", "Unterdorf", "1001"),
        (103, 110, 20, "Hauptstraße", "7-11", "Unterdorf", "1001"),
        (104, 5_950, 20, "Hauptstraße", "5", "Oberdorf", "1002"),
        (105, 5_980, 20, "Hauptstraße", "5a", "Oberdorf", "1002"),
    )
    for node, x_m, y_m, street, number, town, postcode in houses:
        extract.node(
            node,
            x_m,
            y_m,
            addr__street=street,
            addr__housenumber=number,
            addr__city=town,
            addr__postcode=postcode,
        )
    # A building as a closed way: its middle.
    for node, x_m, y_m in ((201, 50, 100), (202, 70, 100), (203, 70, 120), (204, 50, 120)):
        extract.node(node, x_m, y_m)
    building = {"building": "yes", "addr:street": "Mühlweg", "addr:housenumber": "2"}
    extract.way(201, 202, 203, 204, 201, highway="", tags=building)
    return extract


BOOK = AddressBook.from_pbf(two_towns().pbf())


def found(text: str) -> Match:
    result = BOOK.find(text)
    assert isinstance(result, Match), result
    return result


def missed(text: str) -> Miss:
    result = BOOK.find(text)
    assert isinstance(result, Miss), result
    return result


@pytest.mark.parametrize(
    "text",
    [
        "Hauptstraße 5, Oberdorf",
        "hauptstrasse 5 oberdorf",
        "HAUPTSTR. 5, 1002 Oberdorf",
        "Hauptstraße 5, 1002",
        "5 Hauptstraße, Oberdorf",
        "  Hauptstraße   5 ,Oberdorf ",
    ],
)
def test_a_house_is_found_however_its_address_is_written(text: str) -> None:
    match = found(text)
    assert match.kind == "house"
    assert match.label == "Hauptstraße 5, Oberdorf"
    assert (match.lon, match.lat) == pytest.approx(lonlat(5_950, 20), abs=1e-6)


def test_letters_belong_to_the_number_where_they_are_mapped() -> None:
    assert found("Hauptstraße 5a, Oberdorf").label == "Hauptstraße 5a, Oberdorf"
    assert found("Hauptstraße 5 A, Oberdorf").label == "Hauptstraße 5a, Oberdorf"
    # Unterdorf has no 5 b: the door of number 5.
    assert found("Hauptstraße 5 b, Unterdorf").label == "Hauptstraße 5, Unterdorf"


def test_a_range_stands_for_the_numbers_of_its_side() -> None:
    assert found("Hauptstraße 9, Unterdorf").label == "Hauptstraße 7-11, Unterdorf"
    assert missed("Hauptstraße 8, Unterdorf").candidates[0] == "Hauptstraße 7-11, Unterdorf"


def test_a_building_is_found_at_its_middle() -> None:
    match = found("Mühlweg 2")
    assert (match.lon, match.lat) == pytest.approx(lonlat(60, 110), abs=1e-6)


@pytest.mark.parametrize("text", ["Muehlweg 2", "Muhlweg 2", "Mill Lane 2", "chemin du moulin 2, Unterdorf"])
def test_umlauts_and_other_names_lead_to_the_same_street(text: str) -> None:
    assert found(text).label == "Mühlweg 2, Unterdorf"


def test_the_street_stands_in_where_no_number_is_asked() -> None:
    match = found("Hauptstraße, Unterdorf")
    assert (match.kind, match.label) == ("street", "Hauptstraße, Unterdorf")
    assert (match.lon, match.lat) == pytest.approx(lonlat(0, 10), abs=1e-6)


def test_where_a_street_has_no_numbers_it_stands_in_for_any() -> None:
    match = found("Landstraße 77")
    assert (match.kind, match.label) == ("street", "Landstraße")


def test_a_number_that_is_not_mapped_is_a_miss_with_its_neighbours() -> None:
    miss = missed("Hauptstraße 3, Unterdorf")
    assert miss.message == "house 3 of 'Hauptstraße' is not on the map"
    assert miss.candidates[:2] == ("Hauptstraße 1, Unterdorf", "Hauptstraße 5, Unterdorf")


def test_an_address_in_two_towns_is_not_clear() -> None:
    miss = missed("Hauptstraße 5")
    assert "there are several" in miss.message
    assert set(miss.candidates) == {"Hauptstraße 5, Unterdorf", "Hauptstraße 5, Oberdorf"}
    assert "there are several" in missed("Hauptstraße").message


def test_a_street_of_another_town_is_a_miss() -> None:
    extract = two_towns()
    extract.node(106, 10, 280, addr__street="Mühlweg", addr__housenumber="8", addr__city="Unterdorf")
    extract.ways = {way: (refs, tags) for way, (refs, tags) in extract.ways.items() if "building" not in tags}
    result = AddressBook.from_pbf(extract.pbf()).find("Mühlweg 8, Oberdorf")
    # The street itself has no town of its own but the nearest one: it may reach as far as that.
    assert isinstance(result, Match)
    assert result.kind == "street"


def test_misspelt_streets_are_offered_in_order_of_likeness() -> None:
    assert missed("Mülweg 2").candidates == ("Mühlweg",)
    assert missed("Hauptstrase 5").candidates[0] == "Hauptstraße"
    assert missed("Xyz 5").candidates == ()


@pytest.mark.parametrize("text", ["", " , ,", "5", "!?"])
def test_what_is_no_address_is_a_miss(text: str) -> None:
    assert missed(text).message.endswith("is on the map")


def test_streets_of_one_name_without_a_town_are_told_apart_by_place() -> None:
    extract = Extract()
    for node, x_m in ((1, 0), (2, 100), (3, 5_000), (4, 5_100)):
        extract.node(node, x_m, 0)
    extract.way(1, 2, tags={"name": "Rua Direita"})
    extract.way(3, 4, tags={"name": "Rua Direita"})
    miss = AddressBook.from_pbf(extract.pbf()).find("R. Direita 5")
    assert isinstance(miss, Miss)
    assert miss.candidates == ("Rua Direita (10.0000, 0.0000)", "Rua Direita (10.0450, 0.0000)")


def test_bytes_carry_the_whole_book() -> None:
    again = AddressBook.from_bytes(BOOK.to_bytes())
    assert again.to_bytes() == BOOK.to_bytes()
    assert again.find("Hauptstr. 5a, Oberdorf") == found("Hauptstr. 5a, Oberdorf")
    with pytest.raises(InputError):
        AddressBook.from_bytes(b"MFROADS1" + BOOK.to_bytes()[8:])


def test_an_extract_without_addresses_has_an_empty_book() -> None:
    extract = Extract()
    extract.node(1, 0, 0)
    book = AddressBook.from_pbf(extract.pbf())
    assert book.find("Hauptstraße 5") == Miss("no street like 'Hauptstraße 5' is on the map", ())
    assert AddressBook.from_bytes(book.to_bytes()).find("x") == book.find("x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rua de São João", ("rua", "de", "sao", "joao")),
        ("Av. da Boavista", ("avenida", "da", "boavista")),
        ("Łódzka 3", ("lodzka", "3")),
        ("Hauptstr.", ("hauptstrasse",)),
        ("Straße", ("strasse",)),
    ],
)
def test_words(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


def test_keys() -> None:
    assert street_keys("Mühlweg") == ("muhlweg", "muehlweg")
    assert number_keys("16 B") == ("16b",)
    assert number_keys("9;11") == ("9", "11")
    assert set(number_keys("11-15")) == {"11", "13", "15"}
    assert number_keys("1-99") == ("1", "99")
    assert asked_number(("11", "a", "5")) == (("11a", "11"), 2)
    assert asked_number(("helsinki",)) == ((), 0)
