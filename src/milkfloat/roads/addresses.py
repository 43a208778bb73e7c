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
from milkfloat.roads.geometry import METRES_PER_DEGREE, distance_m
from milkfloat.roads.osm import osm_objects
from milkfloat.roads.types import Bool, Float64, Int32

MAGIC = b"MFADDR02"
CANDIDATES = 5
# Ways of one name that come this near are one street; gaps up to twice as wide may be bridged.
SAME_STREET_M = 300.0
# Two houses of one address further apart than this are in different places.
SAME_PLACE_M = 500.0
_KEYS = ("addr:housenumber", "highway", "place")
# How far from its middle a street is taken for one of this place. The nearest by share of that reach is the one.
_REACH_M = {
    "city": 15_000.0,
    "municipality": 8_000.0,
    "town": 6_000.0,
    "borough": 3_000.0,
    "village": 3_000.0,
    "suburb": 2_000.0,
    "hamlet": 1_000.0,
}
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
Line: TypeAlias = list[tuple[float, float]]


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
        """Labels of a few rows; streets that only their place tells apart are given with it."""
        by_label: dict[str, list[int]] = {}
        for row in rows:
            by_label.setdefault(self._label(row), []).append(row)
        told = []
        for label, same in by_label.items():
            is_clear = len(same) == 1 or any(self.number[row] for row in same)
            told += [label] if is_clear else [f"{label} ({self.lon[row]:.4f}, {self.lat[row]:.4f})" for row in same]
        return tuple(told[:CANDIDATES])


class _Reader:
    """Collects addresses, named streets and towns while osmium walks over the extract."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {"": 0}
        # Street, number, town, postcode as texts; place.
        self.houses: list[tuple[str, str, str, str, float, float]] = []
        self.streets: dict[str, list[Line]] = {}
        # Name, place, reach.
        self.towns: list[tuple[str, float, float, float]] = []
        self.aliases: dict[tuple[str, str], None] = {}

    def take(self, entity: OSMEntity) -> None:
        if not isinstance(entity, osmium.osm.Node | osmium.osm.Way):
            return
        tags = entity.tags
        line = _line(entity)
        if not line:
            return
        place = _middle(line)
        street, number = tags.get("addr:street") or tags.get("addr:place"), tags.get("addr:housenumber")
        if street and number:
            town, postcode = tags.get("addr:city") or "", tags.get("addr:postcode") or ""
            self.houses.append((street, number, town, postcode, *place))
        name = tags.get("name")
        if not name:
            return
        if isinstance(entity, osmium.osm.Way) and "highway" in tags:
            self.streets.setdefault(name, []).append(line)
            for tag in tags:
                if tag.k.startswith("name:") or tag.k in _OTHER_NAMES:
                    for other in tag.v.split(";"):
                        if other.strip() and other.strip() != name:
                            self.aliases[other.strip(), name] = None
        elif tags.get("place") in _REACH_M:
            self.towns.append((name, *place, _REACH_M[tags["place"]]))

    def book(self) -> AddressBook:
        rows = [(*house[:4], bool(house[2]), *house[4:]) for house in self.houses]
        for name, ways in sorted(self.streets.items()):
            near = self._towns_near(_middle(way) for way in ways)
            rows += [(name, "", town, "", False, *place) for town, place in _street_places(ways, near)]
        lon, lat = np.array([row[5] for row in rows], np.float64), np.array([row[6] for row in rows], np.float64)
        near = self._towns_near(zip(lon.tolist(), lat.tolist(), strict=True))
        return AddressBook(
            street=self._indexes(row[0] for row in rows),
            number=self._indexes(row[1] for row in rows),
            town=self._indexes(row[2] or town for row, town in zip(rows, near, strict=True)),
            postcode=self._indexes(row[3] for row in rows),
            has_town=np.array([row[4] for row in rows], bool),
            lon=lon,
            lat=lat,
            aliases=tuple(self.aliases),
            texts=tuple(self.texts),
        )

    def _indexes(self, column: Iterable[str]) -> Int32:
        return np.array([self.texts.setdefault(text, len(self.texts)) for text in column], np.int32)

    def _towns_near(self, places: Iterable[tuple[float, float]]) -> list[str]:
        """The town each place belongs to; empty where none is in reach."""
        lon, lat = np.array([*places], np.float64).reshape(-1, 2).T
        # A share of the reach above 1 is out of it.
        best_share = np.ones(len(lon))
        best = np.full(len(lon), -1)
        for k, (_, town_lon, town_lat, reach_m) in enumerate(self.towns):
            share = distance_m(lon, lat, np.full(len(lon), town_lon), np.full(len(lat), town_lat)) / reach_m
            best[share < best_share] = k
            best_share = np.minimum(best_share, share)
        return [self.towns[k][0] if k >= 0 else "" for k in best.tolist()]


def _line(entity: osmium.osm.Node | osmium.osm.Way) -> Line:
    """Places of a node or of a way's nodes, as far as the extract has them."""
    if isinstance(entity, osmium.osm.Node):
        return [(entity.location.lon, entity.location.lat)]
    return [(node.location.lon, node.location.lat) for node in entity.nodes if node.location.valid()]


def _middle(line: Line) -> tuple[float, float]:
    """The mean corner of a closed line, the middle point of an open one."""
    if line[0] != line[-1] or len(line) < 4:
        return line[len(line) // 2]
    corners = line[:-1]
    return math.fsum(lon for lon, _ in corners) / len(corners), math.fsum(lat for _, lat in corners) / len(corners)


def _street_places(ways: Sequence[Line], towns: Sequence[str]) -> list[tuple[str, tuple[float, float]]]:
    """
    One place per street of a name: its town, and the point of its ways nearest to their mean.

    Ways of one town whose points lie in the same cell of a grid, or in cells that touch, are one street.
    """
    lat_step = SAME_STREET_M / METRES_PER_DEGREE
    lon_step = lat_step / max(math.cos(math.radians(ways[0][0][1])), 0.01)
    street_of = list(range(len(ways)))

    def root(way: int) -> int:
        while street_of[way] != way:
            way = street_of[way] = street_of[street_of[way]]
        return way

    first_in: dict[tuple[str, int, int], int] = {}
    for way, (line, town) in enumerate(zip(ways, towns, strict=True)):
        for x, y in {(math.floor(lon / lon_step), math.floor(lat / lat_step)) for lon, lat in line}:
            for cell in ((town, x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)):
                if cell in first_in:
                    street_of[root(way)] = root(first_in[cell])
            first_in.setdefault((town, x, y), way)
    streets: dict[int, Line] = {}
    for way, line in enumerate(ways):
        streets.setdefault(root(way), []).extend(line)
    found = []
    for street, line in streets.items():
        points = np.array(line)
        mean = points.mean(axis=0)
        off_m = distance_m(points[:, 0], points[:, 1], np.full(len(line), mean[0]), np.full(len(line), mean[1]))
        found.append((towns[street], line[int(np.argmin(off_m))]))
    return sorted(found)
