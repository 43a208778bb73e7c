"""
One map, opened: its road graph, street index, addresses, tiles and time zone, kept in a cache by content.

Building happens once per extract and set of rules; the cache is named by the hash of everything that went in, so a
changed file, other elevation data or a newer version of Milkfloat never meets an old result.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from milkfloat.errors import Fault, InputError
from milkfloat.roads import addresses, graph
from milkfloat.roads.addresses import AddressBook
from milkfloat.roads.graph import RoadGraph, build_graph
from milkfloat.roads.snap import SnapIndex, snap_index
from milkfloat.roads.types import Progress
from milkfloat.routing.formats.text import unpack

if TYPE_CHECKING:
    from milkfloat.roads.tiles import TileSource

T = TypeVar("T")

ATTRIBUTION = "© OpenStreetMap contributors"
# Junctions asked for their time zone; the commonest answer is the map's.
_ZONE_SAMPLES = 64


@dataclass(frozen=True, eq=False)
class City:
    """
    An opened map.

    Attributes
    ----------
    name
        Name of the file without its endings.
    path
        Where the extract was read from.
    graph
        The road graph, loaded.
    timezone
        IANA name of the zone most of the map lies in, or the one that was asked for.
    cache
        Folder of what was derived from this extract; None when nothing could be stored.
    """

    name: str
    path: Path
    graph: RoadGraph
    timezone: str
    cache: Path | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _lazy: dict[str, object] = field(default_factory=dict, repr=False)

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the junctions, in degrees."""
        return self.graph.bbox

    @property
    def zone(self) -> ZoneInfo:
        """The map's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def snaps(self) -> SnapIndex:
        """The index of streets, made on first use."""
        return snap_index(self.graph)

    @property
    def addresses(self) -> AddressBook:
        """Addresses and street names of the extract, read on first use."""
        return self._derived("addresses", addresses.AddressBook.from_bytes, AddressBook.from_pbf, AddressBook.to_bytes)

    @property
    def tiles(self) -> TileSource:
        """
        Source of vector tiles, read on first use.

        Raises
        ------
        ModuleNotFoundError
            When the libraries of the extra ``server`` are not installed.
        """
        from milkfloat.roads.tiles import TileSource  # its libraries are not in the core install

        return self._derived("tiles", TileSource.from_bytes, TileSource.from_pbf, TileSource.to_bytes)

    def _derived(
        self, name: str, load: Callable[[bytes], T], make: Callable[[bytes], T], save: Callable[[T], bytes]
    ) -> T:
        """What is derived from the extract: out of memory, out of the cache, or made and kept in both."""
        with self._lock:
            value = self._lazy.get(name)
            if value is None:
                value = _cached(self.cache, f"{name}.bin", load, lambda: make(_read(self.path)), save)
                self._lazy[name] = value
            return value  # type: ignore[return-value]


def open_map(
    path: Path | str,
    *,
    cache: Path | None = None,
    elevation: Path | None = None,
    timezone: str | None = None,
    progress: Progress | None = None,
) -> City:
    """
    Open an OpenStreetMap extract: build its road graph, or load it when this content was built before.

    Parameters
    ----------
    cache
        Folder for what is derived; default ``$XDG_CACHE_HOME/milkfloat`` or ``~/.cache/milkfloat``. A folder that
        cannot be written is no fault: the map is then built again next time.
    elevation
        A ``.hgt`` tile, or a folder of them; without it the map is flat.
    timezone
        IANA name; default: the zone the map lies in.
    progress
        Called with (phase, part done) while the graph is built; not called when it is loaded.

    Raises
    ------
    InputError
        When the file cannot be read, is empty, broken or no extract, holds no drivable road, or the zone is unknown.
    """
    path = Path(path)
    data = _read(path)
    tiles = _elevation_tiles(elevation)
    folder = _cache_folder(cache or default_cache(), data, tiles)

    def make() -> RoadGraph:
        try:
            return build_graph(data, elevation=tiles, progress=progress)
        except InputError as error:
            raise InputError(Fault(_where(path, fault), fault.message) for fault in error.faults) from error

    roads = _cached(folder, "graph.bin", graph.from_bytes, make, graph.to_bytes)
    return City(
        name=path.name.removesuffix(".gz").removesuffix(".xz").removesuffix(".pbf").removesuffix(".osm"),
        path=path,
        graph=roads,
        timezone=_known_zone(timezone) if timezone else zone_of(roads),
        cache=folder if folder is not None and folder.is_dir() else None,
    )


def default_cache() -> Path:
    """``$XDG_CACHE_HOME/milkfloat``, or ``~/.cache/milkfloat``."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "milkfloat"


def zone_of(roads: RoadGraph) -> str:
    """
    IANA name of the zone most junctions of a map lie in.

    A border town's box reaches into the neighbouring country, so junctions are asked, not corners.
    """
    import tzfpy  # half of the start-up time of a small map; not needed when a zone is given

    picks = np.linspace(0, roads.node_count - 1, min(_ZONE_SAMPLES, roads.node_count)).astype(np.int64)
    places = zip(roads.node_lon[picks].tolist(), roads.node_lat[picks].tolist(), strict=True)
    return _known_zone(Counter(tzfpy.get_tz(lon, lat) for lon, lat in places).most_common(1)[0][0])


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"{name!r} is no time zone; names are like Europe/Helsinki"
        raise InputError(Fault("--timezone", message)) from None
    return name


def _read(path: Path) -> bytes:
    """A file, unpacked where it is packed by gzip or xz."""
    try:
        return unpack(path.read_bytes(), path.name)
    except OSError as error:
        raise InputError(Fault(str(path), error.strerror or str(error))) from None


def _where(path: Path, fault: Fault) -> str:
    """Faults of the extract name its file, those of an elevation tile the tile."""
    return str(path) if fault.where == "map" else fault.where


def _elevation_tiles(elevation: Path | None) -> dict[str, bytes]:
    if elevation is None:
        return {}
    files = sorted(elevation.glob("*.hgt")) if elevation.is_dir() else [elevation]
    if not files:
        raise InputError(Fault(str(elevation), "holds no .hgt tile"))
    return {file.name: _read(file) for file in files}


def _cache_folder(root: Path, data: bytes, tiles: Mapping[str, bytes]) -> Path | None:
    """The folder of this content, made; None where that is not allowed."""
    digest = hashlib.sha256(graph.MAGIC + addresses.MAGIC)
    for name, content in [("map", data), *sorted(tiles.items())]:
        digest.update(name.encode() + hashlib.sha256(content).digest())
    folder = root / "maps" / digest.hexdigest()[:32]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder


def _cached(
    folder: Path | None, name: str, load: Callable[[bytes], T], make: Callable[[], T], save: Callable[[T], bytes]
) -> T:
    """The value in a cache file; made and stored when there is none, or one that cannot be used."""
    file = None if folder is None else folder / name
    if file is not None and file.is_file():
        try:
            return load(file.read_bytes())
        except (InputError, OSError):
            pass  # Written by another version, or cut short: what follows replaces it.
    value = make()
    if file is not None:
        _store(file, save(value))
    return value


def _store(file: Path, data: bytes) -> None:
    """Write a cache file, whole or not at all; two processes may do so at once."""
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(file)
    except OSError:
        part.unlink(missing_ok=True)
