"""Bytes of an OpenStreetMap extract into the ways, points and restrictions that matter to a van."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import osmium
import osmium.filter
import osmium.io
import osmium.osm
from osmium.osm.types import OSMEntity

from milkfloat.errors import Fault, InputError
from milkfloat.roads.access import Access, VanSize, blocks, is_driven, van_access
from milkfloat.roads.classes import HIGHWAYS, RoadFlag
from milkfloat.roads.delays import Delay, delay_of
from milkfloat.roads.speeds import free_flow_kmh
from milkfloat.roads.types import Float32, Float64, Int32, Int64, Progress, UInt8

# Keys that make a node, way or relation worth looking at; the filter runs inside osmium.
_KEYS = ("highway", "barrier", "railway", "traffic_calming", "restriction", "restriction:motorcar", "restriction:goods")
# Traffic that a restriction may name as excepted, and that a delivery van belongs to.
_VAN_EXCEPTIONS = frozenset({"goods", "motorcar", "delivery"})
# Drivable ways per byte of an extract, to estimate how far reading has come: 43,363 in 3.2 MB for Porto.
_OBJECTS_PER_BYTE = 1 / 60
# What osmium and its parsers say of a file that ends too early.
_BROKEN_OFF = ("truncated", "unexpected end", "no element found", "unclosed token")
_BRIDGES = frozenset({"yes", "viaduct", "movable", "cantilever", "aqueduct"})
_TUNNELS = frozenset({"yes", "building_passage", "covered"})


@dataclass(frozen=True, slots=True)
class Restriction:
    """
    One turn restriction as mapped: members are OpenStreetMap ids.

    ``word`` is what follows ``no_`` or ``only_``: ``left_turn``, ``right_turn``, ``straight_on``, ``u_turn``,
    ``entry`` or ``exit``. ``via_ways`` is empty where a node is the via member.
    """

    only: bool
    word: str
    from_ways: tuple[int, ...]
    via_node: int | None
    via_ways: tuple[int, ...]
    to_ways: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class RawRoads:
    """
    Drivable ways as read. ``W`` ways, ``R`` node references, way ``w`` owning ``first[w]`` to ``first[w + 1]``.

    Attributes
    ----------
    way_id, way_class, way_flags, way_name, way_ref
        Shape (W,); name and ref index ``names``. A way cut by missing nodes appears as several.
    speed_kmh
        Shape (2, W): driven along and against the way; 0 where that is not allowed.
    ref, lon, lat
        Shape (R,): node ids and their places in degrees.
    blocked
        Nodes with a barrier that stops a van.
    delays
        What passing a node costs.
    """

    way_id: Int64
    way_class: UInt8
    way_flags: UInt8
    way_name: Int32
    way_ref: Int32
    speed_kmh: Float32
    first: Int64
    ref: Int64
    lon: Float64
    lat: Float64
    names: tuple[str, ...]
    blocked: frozenset[int]
    delays: dict[int, Delay]
    restrictions: tuple[Restriction, ...]
    ways_closed: int


def osm_format(data: bytes) -> str:
    """The format osmium is told: XML, compressed XML or PBF, by the first bytes."""
    if data[:64].lstrip()[:1] == b"<":
        return "osm"
    if data[:2] == b"\x1f\x8b":
        return "osm.gz"
    if data[:3] == b"BZh":
        return "osm.bz2"
    return "pbf"


def osm_objects(data: bytes, keys: tuple[str, ...], *, area_keys: tuple[str, ...] = ()) -> Iterator[OSMEntity]:
    """
    Every node, way and relation with one of the keys; nodes of ways carry their places.

    With ``area_keys`` also the areas that closed ways and multipolygons with one of those keys enclose.

    Raises
    ------
    InputError
        When the bytes are empty, no OpenStreetMap extract, or one that ends too early.
    """
    if not data:
        raise InputError(Fault("map", "the file is empty; an OpenStreetMap extract (.osm.pbf) is needed"))
    try:
        processor = osmium.FileProcessor(osmium.io.FileBuffer(data, osm_format(data))).with_locations()
        if area_keys:
            processor.with_areas(osmium.filter.KeyFilter(*area_keys))
        yield from processor.with_filter(osmium.filter.KeyFilter(*keys))
    except RuntimeError as error:
        # osmium reports every fault of a file as a RuntimeError; only its words tell them apart.
        reason = str(error)
        if any(word in reason.lower() for word in _BROKEN_OFF):
            what = f"the extract is incomplete: it breaks off after {len(data):,} bytes"
        else:
            what = "this is not an OpenStreetMap extract (.osm.pbf)"
        raise InputError(Fault("map", f"{what} ({reason})")) from error


def read_roads(data: bytes, *, size: VanSize, progress: Progress) -> RawRoads:
    """
    Ways a van of this size may drive on, with what lies on them.

    Raises
    ------
    InputError
        When the bytes are not a complete OpenStreetMap extract, or no way in it may be driven.
    """
    reader = _Reader(size)
    estimate = max(1.0, len(data) * _OBJECTS_PER_BYTE)
    for count, entity in enumerate(osm_objects(data, _KEYS)):
        if count % 5_000 == 0:
            # The number of objects is not known beforehand: approach 1 and never pass it.
            progress("read", 1.0 - math.exp(-2.0 * count / estimate))
        reader.take(entity)
    progress("read", 1.0)
    return reader.result()


class _Reader:
    """Collects while osmium walks over the extract; nodes come before ways, ways before relations."""

    def __init__(self, size: VanSize) -> None:
        self.size = size
        self.ways: list[tuple[int, int, int, int, int, float, float]] = []
        self.refs: list[list[int]] = []
        self.lons: list[list[float]] = []
        self.lats: list[list[float]] = []
        self.names: dict[str, int] = {"": 0}
        self.blocked: set[int] = set()
        self.delays: dict[int, Delay] = {}
        self.restrictions: list[Restriction] = []
        self.ways_closed = 0

    def take(self, entity: OSMEntity) -> None:
        if isinstance(entity, osmium.osm.Way):
            if is_driven(entity.tags.get("highway")):
                self._take_way(entity)
        elif isinstance(entity, osmium.osm.Node):
            self._take_node(entity)
        elif isinstance(entity, osmium.osm.Relation):
            restriction = _restriction(entity)
            if restriction is not None:
                self.restrictions.append(restriction)

    def _take_node(self, node: osmium.osm.Node) -> None:
        tags = dict(node.tags)
        if blocks(tags, self.size):
            self.blocked.add(node.id)
        else:
            delay = delay_of(tags)
            if delay is not None:
                self.delays[node.id] = delay

    def _take_way(self, way: osmium.osm.Way) -> None:
        tags = dict(way.tags)
        access = van_access(tags, self.size)
        if access is None:
            self.ways_closed += 1
            return
        attributes = (
            way.id,
            int(HIGHWAYS[tags["highway"]]),
            _flags(tags, access),
            self._name(tags.get("name", "")),
            self._name(tags.get("ref", "")),
            free_flow_kmh(tags, forward=True) if access.forward else 0.0,
            free_flow_kmh(tags, forward=False) if access.backward else 0.0,
        )
        piece: tuple[list[int], list[float], list[float]] = ([], [], [])
        previous = None
        for node in way.nodes:
            location = node.location
            if not location.valid():
                # The extract was cut here: what is left of the way goes on beyond the gap.
                self._keep(attributes, piece)
                piece, previous = ([], [], []), None
            elif node.ref != previous:
                piece[0].append(node.ref)
                piece[1].append(location.lon)
                piece[2].append(location.lat)
                previous = node.ref
        self._keep(attributes, piece)

    def _keep(
        self,
        attributes: tuple[int, int, int, int, int, float, float],
        piece: tuple[list[int], list[float], list[float]],
    ) -> None:
        if len(piece[0]) < 2:
            return
        self.ways.append(attributes)
        self.refs.append(piece[0])
        self.lons.append(piece[1])
        self.lats.append(piece[2])

    def _name(self, name: str) -> int:
        return self.names.setdefault(name, len(self.names))

    def result(self) -> RawRoads:
        if not self.ways:
            closed = f"; {self.ways_closed:,} are closed to vans" if self.ways_closed else ""
            raise InputError(Fault("map", f"the extract holds no road that a van may drive on{closed}"))
        columns = list(zip(*self.ways, strict=True))
        lengths = np.fromiter((len(refs) for refs in self.refs), np.int64, len(self.refs))
        first = np.concatenate([[0], np.cumsum(lengths)])
        total = int(first[-1])
        return RawRoads(
            way_id=np.array(columns[0], np.int64),
            way_class=np.array(columns[1], np.uint8),
            way_flags=np.array(columns[2], np.uint8),
            way_name=np.array(columns[3], np.int32),
            way_ref=np.array(columns[4], np.int32),
            speed_kmh=np.array([columns[5], columns[6]], np.float32),
            first=first,
            ref=np.fromiter((ref for refs in self.refs for ref in refs), np.int64, total),
            lon=np.fromiter((lon for lons in self.lons for lon in lons), np.float64, total),
            lat=np.fromiter((lat for lats in self.lats for lat in lats), np.float64, total),
            names=tuple(self.names),
            blocked=frozenset(self.blocked),
            delays=self.delays,
            restrictions=tuple(self.restrictions),
            ways_closed=self.ways_closed,
        )


def _flags(tags: dict[str, str], access: Access) -> int:
    flags = 0
    if tags["highway"].endswith("_link"):
        flags |= RoadFlag.LINK
    if tags.get("junction") in ("roundabout", "circular"):
        flags |= RoadFlag.ROUNDABOUT
    if tags.get("bridge") in _BRIDGES:
        flags |= RoadFlag.BRIDGE
    if tags.get("tunnel") in _TUNNELS:
        flags |= RoadFlag.TUNNEL
    if tags.get("toll") == "yes":
        flags |= RoadFlag.TOLL
    if access.destination_only:
        flags |= RoadFlag.DESTINATION_ONLY
    return flags


def _restriction(relation: osmium.osm.Relation) -> Restriction | None:
    """
    The restriction a relation states for vans, or None where it states none.

    Restrictions by time of day (``restriction:conditional``) are left out: the graph holds for the whole day.
    """
    tags = relation.tags
    if not (tags.get("type") or "").startswith("restriction"):
        return None
    value = tags.get("restriction:goods") or tags.get("restriction:motorcar") or tags.get("restriction") or ""
    prefix, _, word = value.partition("_")
    if prefix not in ("no", "only") or not word:
        return None
    if _VAN_EXCEPTIONS & {part.strip() for part in (tags.get("except") or "").split(";")}:
        return None
    members = [(member.role, member.type, member.ref) for member in relation.members]
    from_ways = tuple(ref for role, kind, ref in members if role == "from" and kind == "w")
    to_ways = tuple(ref for role, kind, ref in members if role == "to" and kind == "w")
    via_nodes = [ref for role, kind, ref in members if role == "via" and kind == "n"]
    via_ways = tuple(ref for role, kind, ref in members if role == "via" and kind == "w")
    if not from_ways or not to_ways or not (via_ways or len(via_nodes) == 1):
        return None
    return Restriction(
        only=prefix == "only",
        word=word,
        from_ways=from_ways,
        via_node=None if via_ways else via_nodes[0],
        via_ways=via_ways,
        to_ways=to_ways,
    )
