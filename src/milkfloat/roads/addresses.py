"""
Places by address, out of the extract itself: house numbers where they are mapped, else the middle of the street.

An answer is given only where it is sure: a number that is not mapped in a street that has mapped numbers is a miss, and
so is a street name that several towns share unless the town is given. Misses come with the nearest candidates.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
import osmium.osm
from osmium.osm.types import OSMEntity

from milkfloat.roads.address_text import (
    asked_number,
    most_alike,
    number_keys,
    street_keys,
    trigram_index,
    words,
)
from milkfloat.roads.container import pack, unpack
from milkfloat.roads.geometry import distance_m
from milkfloat.roads.osm import osm_objects
from milkfloat.roads.types import Bool, Float64, Int32

MAGIC = b"MFADDR01"
CANDIDATES = 5
# Ways of one name further apart than this are different streets.
SAME_STREET_M = 600.0
# Two houses of one address further apart than this are in different places.
SAME_PLACE_M = 500.0
_KEYS = ("addr:housenumber", "highway", "place")
_TOWNS = frozenset({"city", "town", "village", "hamlet", "suburb", "municipality", "borough"})
_OTHER_NAMES = ("alt_name", "official_name", "short_name", "loc_name", "old_name", "int_name")


@dataclass(frozen=True, slots=True)
class Match:
    """A place found; ``kind`` is ``street`` where only the street is known, and the place is its middle."""

    lon: float
    lat: float
    label: str
    kind: Literal["house", "street"]


@dataclass(frozen=True, slots=True)
class Miss:
    """An address that is not in the extract, or not clear; ``candidates`` are the nearest that are, best first."""

    message: str
    candidates: tuple[str, ...]


Found: TypeAlias = Match | Miss


@dataclass(frozen=True, eq=False)
class AddressBook:
    """
    Every address of an extract.

    Attributes
    ----------
    texts
        Names that the arrays below index; 0 is the empty one.
    street, number, town, postcode
        Shape (n,): indexes into ``texts``; a row without a number is a street.
    has_town
        Shape (n,): the town is part of the address; else it is only the nearest one.
    lon, lat
        Shape (n,), degrees.
    aliases
        Pairs of another name of a street and the name in ``texts``.
    """

    texts: tuple[str, ...]
    street: Int32
    number: Int32
    town: Int32
    postcode: Int32
    has_town: Bool
    lon: Float64
    lat: Float64
    aliases: tuple[tuple[str, str], ...]

    @classmethod
    def from_pbf(cls, data: bytes) -> AddressBook:
        """
        The addresses and named streets of an OpenStreetMap extract.

        Raises
        ------
        InputError
            When the bytes are no complete extract.
        """
        reader = _Reader()
        for entity in osm_objects(data, _KEYS):
            reader.take(entity)
        return reader.book()

    @classmethod
    def from_bytes(cls, data: bytes) -> AddressBook:
        """
        The book that `to_bytes` wrote.

        Raises
        ------
        InputError
            When the bytes were written by another version, or are damaged.
        """
        arrays, values = unpack(MAGIC, data, what="address book")
        return cls(
            texts=tuple(values["texts"]), aliases=tuple((other, name) for other, name in values["aliases"]), **arrays
        )

    def to_bytes(self) -> bytes:
        """The book as one block of bytes, for a cache."""
        columns = ("street", "number", "town", "postcode", "has_town", "lon", "lat")
        arrays = {name: getattr(self, name) for name in columns}
        return pack(MAGIC, arrays, {"texts": self.texts, "aliases": self.aliases})

    def find(self, text: str) -> Found:
        """
        The place of an address such as ``Aleksanterinkatu 11, Helsinki``.

        Case, accents and punctuation do not matter; town and postcode may be left out where the street is the only one
        of its name.
        """
        parts = [part for part in (words(piece) for piece in text.split(",")) if part]
        asked = self._street_of(parts)
        if asked is None:
            return Miss(f"no street like {text.strip()!r} is on the map", self._like(parts))
        key, rest = asked
        numbers, taken = asked_number(rest)
        place = " ".join(rest[taken:])
        rows = self._in_place(self._rows[key], place)
        if not rows:
            streets = self._labels(row for row in self._rows[key] if not self.number[row])
            return Miss(f"{self._name(key)!r} is on the map, but not in {place!r}", streets)
        if numbers:
            houses = self._houses(rows, numbers)
            if houses:
                return self._one_of(houses, text)
            if any(self.number[row] for row in rows):
                message = f"house {numbers[0]} of {self._name(key)!r} is not on the map"
                return Miss(message, self._nearest_numbers(rows, numbers[-1]))
        return self._one_of([row for row in rows if not self.number[row]] or rows, text)

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        """Rows by the keys of their street."""
        by_name: dict[int, list[int]] = {}
        for row, street in enumerate(self.street.tolist()):
            by_name.setdefault(street, []).append(row)
        result: dict[str, list[int]] = {}
        for street, rows in by_name.items():
            for key in street_keys(self.texts[street]):
                result.setdefault(key, []).extend(rows)
        number_of = {name: index for index, name in enumerate(self.texts)}
        for other, name in self.aliases:
            for key in street_keys(other):
                # A name of its own beats another street's second name.
                result.setdefault(key, by_name.get(number_of.get(name, 0), []))
        return {key: rows for key, rows in result.items() if rows}

    @cached_property
    def _alike(self) -> tuple[list[str], dict[str, list[int]], list[int]]:
        keys = list(self._rows)
        return (keys, *trigram_index(keys))

    @cached_property
    def _town_keys(self) -> list[str]:
        """Per entry of ``texts`` its plain form; only those that name a town are looked at."""
        return [" ".join(words(text)) for text in self.texts]

    @cached_property
    def _known_places(self) -> frozenset[str]:
        used = np.union1d(self.town, self.postcode)
        return frozenset(self._town_keys[i] for i in used.tolist() if i)

    def _street_of(self, parts: list[tuple[str, ...]]) -> tuple[str, tuple[str, ...]] | None:
        """Key of the street an address begins with, and the words after it: number first, then town."""
        if not parts:
            return None
        tail = tuple(word for part in parts[1:] for word in part)
        first = parts[0]
        for count in range(len(first), 0, -1):
            key, rest = " ".join(first[:count]), first[count:]
            is_whole = not rest or rest[0][0].isdigit() or self._names_place(rest)
            if key in self._rows and is_whole:
                return key, (*rest, *tail)
        if first[0][0].isdigit():
            # The number comes first in English and French.
            for count in range(len(first), 1, -1):
                key, rest = " ".join(first[1:count]), first[count:]
                if key in self._rows and (not rest or self._names_place(rest)):
                    return key, (first[0], *rest, *tail)
        return None

    def _names_place(self, rest: Sequence[str]) -> bool:
        text = f" {' '.join(rest)} "
        return any(f" {place} " in text for place in self._known_places)

    def _in_place(self, rows: list[int], place: str) -> list[int]:
        """Rows in the town that was asked for; where none is named or known, those that are not elsewhere for sure."""
        asked = f" {place} "
        if not place:
            return rows
        named = [
            row
            for row in rows
            if any(i and f" {self._town_keys[i]} " in asked for i in (self.town[row], self.postcode[row]))
        ]
        if named:
            return named
        if not self._names_place(place.split()):
            # A country, or a town the extract does not know by name.
            return rows
        return [row for row in rows if not self.has_town[row]]

    def _houses(self, rows: list[int], numbers: tuple[str, ...]) -> list[int]:
        keys = {row: number_keys(self.texts[self.number[row]]) for row in rows if self.number[row]}
        for number in numbers:
            houses = [row for row, known in keys.items() if number in known]
            if houses:
                return houses
        return []

    def _nearest_numbers(self, rows: list[int], number: str) -> tuple[str, ...]:
        asked = int(number.rstrip("abcdefghijklmnopqrstuvwxyz"))

        def apart(row: int) -> tuple[int, str]:
            keys = number_keys(self.texts[self.number[row]])
            off = [abs(int("".join(c for c in key if c.isdigit())) - asked) for key in keys]
            return min(off, default=10**9), self.texts[self.number[row]]

        return self._labels(sorted((row for row in rows if self.number[row]), key=apart))

    def _one_of(self, rows: list[int], text: str) -> Found:
        """The place of rows that mean the same one; a miss where they lie apart."""
        lon, lat = self.lon[rows], self.lat[rows]
        middle = np.full(len(rows), np.median(lon)), np.full(len(rows), np.median(lat))
        off_m = distance_m(lon, lat, *middle)
        if len(rows) > 1 and float(off_m.max()) > SAME_PLACE_M:
            return Miss(f"{text.strip()!r} is not clear: there are several", self._labels(rows))
        row = rows[int(np.argmin(off_m))]
        kind: Literal["house", "street"] = "house" if self.number[row] else "street"
        return Match(float(self.lon[row]), float(self.lat[row]), self._label(row), kind)

    def _like(self, parts: list[tuple[str, ...]]) -> tuple[str, ...]:
        """Streets written almost like the one asked for."""
        if not parts:
            return ()
        asked = [word for word in parts[0] if not word[0].isdigit()]
        keys, index, sizes = self._alike
        best = most_alike(" ".join(asked), index, sizes, CANDIDATES)
        return tuple(dict.fromkeys(self._name(keys[position]) for position in best))

    def _name(self, key: str) -> str:
        return self.texts[int(self.street[self._rows[key][0]])]

    def _label(self, row: int) -> str:
        house = f"{self.texts[self.street[row]]} {self.texts[self.number[row]]}".strip()
        return ", ".join(part for part in (house, self.texts[self.town[row]]) if part)

    def _labels(self, rows: Iterable[int]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._label(row) for row in rows))[:CANDIDATES]


class _Reader:
    """Collects addresses, named streets and towns while osmium walks over the extract."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {"": 0}
        # Street, number, town, postcode as texts; place.
        self.houses: list[tuple[str, str, str, str, float, float]] = []
        self.streets: dict[str, list[tuple[float, float]]] = {}
        self.towns: list[tuple[str, float, float]] = []
        self.aliases: dict[tuple[str, str], None] = {}

    def take(self, entity: OSMEntity) -> None:
        if not isinstance(entity, osmium.osm.Node | osmium.osm.Way):
            return
        tags = entity.tags
        place = _place(entity)
        if place is None:
            return
        street, number = tags.get("addr:street") or tags.get("addr:place"), tags.get("addr:housenumber")
        if street and number:
            town, postcode = tags.get("addr:city") or "", tags.get("addr:postcode") or ""
            self.houses.append((street, number, town, postcode, *place))
        name = tags.get("name")
        if not name:
            return
        if isinstance(entity, osmium.osm.Way) and "highway" in tags:
            self.streets.setdefault(name, []).append(place)
            for tag in tags:
                if tag.k.startswith("name:") or tag.k in _OTHER_NAMES:
                    for other in tag.v.split(";"):
                        if other.strip() and other.strip() != name:
                            self.aliases[other.strip(), name] = None
        elif tags.get("place") in _TOWNS:
            self.towns.append((name, *place))

    def book(self) -> AddressBook:
        rows = [(*house[:4], bool(house[2]), *house[4:]) for house in self.houses]
        for name, places in sorted(self.streets.items()):
            rows += [(name, "", "", "", False, *middle) for middle in _street_middles(places)]
        lon, lat = np.array([row[5] for row in rows], np.float64), np.array([row[6] for row in rows], np.float64)
        nearest_town = self._nearest_towns(lon, lat)
        return AddressBook(
            street=self._indexes(row[0] for row in rows),
            number=self._indexes(row[1] for row in rows),
            town=self._indexes(row[2] or near for row, near in zip(rows, nearest_town, strict=True)),
            postcode=self._indexes(row[3] for row in rows),
            has_town=np.array([row[4] for row in rows], bool),
            lon=lon,
            lat=lat,
            aliases=tuple(self.aliases),
            texts=tuple(self.texts),
        )

    def _indexes(self, column: Iterable[str]) -> Int32:
        return np.array([self.texts.setdefault(text, len(self.texts)) for text in column], np.int32)

    def _nearest_towns(self, lon: Float64, lat: Float64) -> list[str]:
        if not self.towns:
            return [""] * len(lon)
        best_m = np.full(len(lon), math.inf)
        best = np.zeros(len(lon), np.int64)
        for k, (_, town_lon, town_lat) in enumerate(self.towns):
            off_m = distance_m(lon, lat, np.full(len(lon), town_lon), np.full(len(lat), town_lat))
            best[off_m < best_m] = k
            best_m = np.minimum(best_m, off_m)
        return [self.towns[k][0] for k in best.tolist()]


def _place(entity: osmium.osm.Node | osmium.osm.Way) -> tuple[float, float] | None:
    """A node's place, the middle of a closed way's nodes, or the middle node of an open way."""
    if isinstance(entity, osmium.osm.Node):
        return entity.location.lon, entity.location.lat
    points = [(node.location.lon, node.location.lat) for node in entity.nodes if node.location.valid()]
    if not points:
        return None
    if points[0] != points[-1] or len(points) < 4:
        return points[len(points) // 2]
    corners = points[:-1]
    return math.fsum(lon for lon, _ in corners) / len(corners), math.fsum(lat for _, lat in corners) / len(corners)


def _street_middles(places: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """One place per street of a name: its ways' places hang together by short gaps; the one nearest the mean stands."""
    points = np.array(places)
    waiting = set(range(len(points)))
    middles = []
    while waiting:
        group, edge = [], [waiting.pop()]
        while edge:
            at = edge.pop()
            group.append(at)
            others = np.array(sorted(waiting), np.int64)
            here = points[at]
            off_m = distance_m(
                points[others, 0], points[others, 1], np.full(len(others), here[0]), np.full(len(others), here[1])
            )
            near = others[off_m <= SAME_STREET_M].tolist()
            waiting.difference_update(near)
            edge += near
        ways = points[group]
        mean = ways.mean(axis=0)
        off_m = distance_m(ways[:, 0], ways[:, 1], np.full(len(ways), mean[0]), np.full(len(ways), mean[1]))
        lon, lat = ways[int(np.argmin(off_m))].tolist()
        middles.append((lon, lat))
    return sorted(middles)
