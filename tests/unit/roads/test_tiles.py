"""Vector tiles: read back by another library's decoder, compared with the map they were cut from."""

from __future__ import annotations

import math
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.roads.tiny_maps import Extract, lonlat, square

from milkfloat.errors import InputError
from milkfloat.roads.coast import sea
from milkfloat.roads.mvt import EXTENT, Kind, Layer, Value, encode
from milkfloat.roads.tile_shapes import mercator
from milkfloat.roads.tile_tags import drawn_area, drawn_line, drawn_point
from milkfloat.roads.tiles import AREA_MIN, MARGIN, ZOOM_MAX, TileSource


def decode(data: bytes) -> dict[str, Any]:
    """The tile as GeoJSON per layer, y downwards."""
    found: dict[str, Any] = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})
    return found


def layer(
    kind: Kind, *features: list[list[tuple[int, int]]], properties: list[dict[str, Value]] | None = None
) -> Layer:
    parts = [part for feature in features for part in feature]
    return Layer(
        "test",
        kind,
        np.array([point for part in parts for point in part], np.int64).reshape(-1, 2),
        np.cumsum([0, *map(len, parts)]),
        np.cumsum([0, *map(len, features)]),
        np.arange(len(features)),
        properties or [{}] * len(features),
    )


# The encoding.

POINTS = st.tuples(st.integers(-200, EXTENT + 200), st.integers(-200, EXTENT + 200))


@settings(deadline=None)
@given(st.lists(st.lists(st.lists(POINTS, min_size=2, max_size=6), min_size=1, max_size=3), max_size=8))
def test_lines_come_back_as_they_were_but_for_repeated_points(features: list[list[list[tuple[int, int]]]]) -> None:
    """Decoding an encoded layer gives every line that has a length, with its points in order."""

    def real(line: list[tuple[int, int]]) -> list[list[int]]:
        return [list(p) for k, p in enumerate(line) if k == 0 or p != line[k - 1]]

    expected = [lines for f in features if (lines := [real(part) for part in f if len(real(part)) > 1])]
    data = encode([layer(Kind.LINE, *features)])
    found = decode(data)["test"]["features"] if data else []
    geometries = [f["geometry"] for f in found]
    assert [g["coordinates"] if g["type"] == "MultiLineString" else [g["coordinates"]] for g in geometries] == expected


@settings(deadline=None)
@given(st.lists(st.lists(POINTS, min_size=3, max_size=3, unique=True), min_size=1, max_size=6))
def test_triangles_keep_their_area_whichever_way_they_were_drawn(triangles: list[list[tuple[int, int]]]) -> None:
    """Polygons that have an area come back with it, outer rings turned as the specification wants."""
    polygons = [shapely.Polygon(corners) for corners in triangles]
    data = encode([layer(Kind.POLYGON, *[[[*corners, corners[0]]] for corners in triangles])])
    found = decode(data)["test"]["features"] if data else []
    # The decoder tells holes from outer rings by their turn: a wrong one would lose its area.
    areas = sorted(shapely.geometry.shape(f["geometry"]).area for f in found)
    assert areas == pytest.approx(sorted(p.area for p in polygons if p.area > 0))


def test_a_hole_stays_a_hole() -> None:
    ring = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    hole = [(20, 20), (40, 20), (40, 40), (20, 40), (20, 20)]
    for outer in (ring, ring[::-1]):
        for inner in (hole, hole[::-1]):
            (feature,) = decode(encode([layer(Kind.POLYGON, [outer, inner])]))["test"]["features"]
            assert shapely.geometry.shape(feature["geometry"]).area == 100 * 100 - 20 * 20


def test_a_polygon_that_shrinks_to_a_line_goes_with_its_holes() -> None:
    flat = [(0, 0), (100, 0), (0, 0)]
    hole = [(20, 20), (40, 20), (40, 40), (20, 20)]
    assert encode([layer(Kind.POLYGON, [flat, hole])]) == b""


def test_properties_of_every_type_and_ids_come_back() -> None:
    properties: list[dict[str, Value]] = [
        {"name": "Mühlweg", "oneway": 1, "width": 2.5, "bridge": True},
        {"name": "Mühlweg", "oneway": -1, "bridge": False},
    ]
    found = decode(encode([layer(Kind.POINT, [[(1, 2)]], [[(300, 4_000)]], properties=properties)]))["test"]
    assert [f["properties"] for f in found["features"]] == properties
    assert found["extent"] == EXTENT
    assert found["version"] == 2
    assert [f.get("id", 0) for f in found["features"]] == [0, 1]


def test_no_layers_are_no_bytes() -> None:
    assert encode([]) == b""
    assert encode([layer(Kind.LINE)]) == b""


# The cut.


def town() -> Extract:
    """A square of streets with a building, a park with a pond, a stream and a name."""
    extract = square(tags={"name": "Ring", "oneway": "yes"})
    corners = {"building": ((20, 20), 20), "park": ((50, 50), 40), "pond": ((60, 60), 10)}
    tags = {
        "building": {"building": "yes", "building:levels": "4"},
        "park": {"leisure": "park", "name": "Stadtpark"},
        "pond": {"natural": "water"},
    }
    for k, (name, ((x, y), side)) in enumerate(corners.items()):
        nodes = [
            extract.node(100 * (k + 1) + i, x + dx, y + dy)
            for i, (dx, dy) in enumerate(((0, 0), (side, 0), (side, side), (0, side)))
        ]
        extract.way(*nodes, nodes[0], highway="", tags=tags[name])
    extract.node(900, 50, -50)
    extract.node(901, 250, -50)
    extract.way(900, 901, highway="", tags={"waterway": "river", "name": "Bach"})
    extract.node(902, 50, 50, place="village", name="Unterdorf")
    return extract


SOURCE = TileSource.from_pbf(town().pbf())


def address(x_m: float, y_m: float, zoom: int) -> tuple[int, int, int]:
    """The tile a point in metres lies in."""
    x, y = mercator([lonlat(x_m, y_m)])[0].tolist()
    return zoom, math.floor(x * 2**zoom), math.floor(y * 2**zoom)


def whole(zoom: int) -> dict[str, list[dict[str, Any]]]:
    """Features of all tiles around the town, per layer, with coordinates in tile units of the whole zoom."""
    result: dict[str, list[dict[str, Any]]] = {}
    _, left, bottom = address(-60, -80, zoom)
    _, right, top = address(300, 160, zoom)
    for column in range(left, right + 1):
        for row in range(top, bottom + 1):
            for name, features in decode(SOURCE.tile(zoom, column, row)).items():
                result.setdefault(name, []).extend(features["features"])
    return result


def test_every_layer_is_there_with_its_properties() -> None:
    tile = whole(15)
    assert set(tile) == {"road", "building", "green", "water", "waterway", "place"}
    assert {"class": "residential", "name": "Ring", "oneway": 1} in [f["properties"] for f in tile["road"]]
    assert tile["building"][0]["properties"] == {"height_m": 12.0}
    assert tile["green"][0]["properties"] == {"class": "park", "name": "Stadtpark"}
    assert tile["water"][0]["properties"] == {"class": "lake"}
    assert tile["waterway"][0]["properties"] == {"class": "river", "name": "Bach"}
    assert tile["place"][0]["properties"] == {"class": "village", "name": "Unterdorf"}
    assert {f["id"] for f in tile["road"]} == {12, 23, 34, 41, 15}


def test_shapes_are_where_they_are_on_the_map() -> None:
    zoom = 16
    key = address(30, 30, zoom)
    (building,) = decode(SOURCE.tile(*key))["building"]["features"]
    found = shapely.geometry.shape(building["geometry"])
    expected = (mercator([lonlat(20, 20), lonlat(40, 40)]) * 2**zoom - np.array(key[1:])) * EXTENT
    west, south, east, north = found.bounds
    # Rounded to whole units of 15 cm; y runs downwards.
    assert (west, north) == pytest.approx(tuple(expected[0]), abs=1.0)
    assert (east, south) == pytest.approx(tuple(expected[1]), abs=1.0)
    metres_per_unit = 40_075_016.686 / (EXTENT * 2**zoom)
    assert found.area * metres_per_unit**2 == pytest.approx(400.0, rel=0.05)


def test_nothing_leaves_the_tile_by_more_than_the_margin() -> None:
    for zoom in (13, 15, 16):
        _, column, row = address(50, 0, zoom)
        for features in decode(SOURCE.tile(zoom, column, row)).values():
            for feature in features["features"]:
                low_x, low_y, high_x, high_y = shapely.geometry.shape(feature["geometry"]).bounds
                assert min(low_x, low_y) >= -MARGIN - 1
                assert max(high_x, high_y) <= EXTENT + MARGIN + 1


def test_far_out_only_what_can_be_seen_is_drawn() -> None:
    near, far = whole(15), whole(8)
    assert "building" in near
    assert "building" not in far
    assert "road" not in far
    # The park is 40 m wide: at zoom 10 a unit is 9.6 m, and 40 * 40 / 9.6 / 9.6 = 17 units are less than the least.
    assert AREA_MIN > 17
    assert "green" not in whole(10)


def test_elsewhere_the_map_is_empty() -> None:
    assert SOURCE.tile(14, 0, 0) == b""
    assert SOURCE.tile(0, 0, 0) == b""


@pytest.mark.parametrize("key", [(-1, 0, 0), (ZOOM_MAX + 1, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0)])
def test_a_tile_that_the_scheme_does_not_have_is_refused(key: tuple[int, int, int]) -> None:
    with pytest.raises(InputError, match="not within"):
        SOURCE.tile(*key)


def test_bytes_carry_the_whole_source() -> None:
    again = TileSource.from_bytes(SOURCE.to_bytes())
    assert again.to_bytes() == SOURCE.to_bytes()
    key = address(50, 50, 15)
    assert again.warm().tile(*key) == SOURCE.tile(*key)
    assert again.bbox == SOURCE.bbox
    with pytest.raises(InputError):
        TileSource.from_bytes(SOURCE.to_bytes()[:-1])


def test_a_map_with_nothing_to_draw_has_empty_tiles() -> None:
    extract = Extract()
    extract.node(1, 0, 0)
    source = TileSource.from_pbf(extract.pbf())
    assert source.warm().tile(*address(0, 0, 15)) == b""
    assert TileSource.from_bytes(source.to_bytes()).tile(*address(0, 0, 15)) == b""


# What is drawn.


@pytest.mark.parametrize(
    ("tags", "layer_name", "class_name"),
    [
        ({"building": "house"}, "building", None),
        ({"landuse": "forest"}, "green", "wood"),
        ({"natural": "water", "water": "river"}, "water", "river"),
        ({"landuse": "residential"}, "landuse", "residential"),
        ({"highway": "pedestrian", "area": "yes"}, "landuse", "square"),
        ({"highway": "pedestrian"}, None, None),
        ({"building": "no", "leisure": "park"}, "green", "park"),
        ({"natural": "tree"}, None, None),
    ],
)
def test_areas(tags: dict[str, str], layer_name: str | None, class_name: str | None) -> None:
    drawn = drawn_area(tags)
    assert (drawn and drawn.layer) == layer_name
    assert (drawn and drawn.properties.get("class")) == class_name


def test_lines_and_points() -> None:
    ramp = drawn_line({"highway": "motorway_link", "ref": "A 1", "bridge": "yes", "oneway": "-1"})
    assert ramp is not None
    assert ramp.properties == {"class": "motorway", "ref": "A 1", "oneway": -1, "link": True, "bridge": True}
    assert drawn_line({"highway": "proposed"}) is None
    assert drawn_line({"waterway": "river", "tunnel": "culvert"}) is None
    steps = drawn_line({"highway": "steps"})
    assert steps is not None
    assert steps.properties == {"class": "steps"}
    siding, line = drawn_line({"railway": "rail", "service": "yard"}), drawn_line({"railway": "rail"})
    assert siding is not None
    assert line is not None
    assert siding.zoom_min > line.zoom_min
    assert drawn_point({"place": "city"}) is None


# The sea.

BOX = (0.0, 0.0, 10.0, 10.0)


def test_the_sea_lies_to_the_right_of_its_coast() -> None:
    # Southwards through the middle: the right hand is the west.
    (water,) = sea([np.array([[5.0, 11.0], [5.0, -1.0]])], BOX)
    assert water.bounds == (0.0, 0.0, 5.0, 10.0)
    (water,) = sea([np.array([[5.0, -1.0], [5.0, 11.0]])], BOX)
    assert water.bounds == (5.0, 0.0, 10.0, 10.0)


def test_an_island_is_land_in_the_sea() -> None:
    # Land to the left: anticlockwise.
    island = np.array([[4.0, 4.0], [6.0, 4.0], [6.0, 6.0], [4.0, 6.0], [4.0, 4.0]])
    assert sum(face.area for face in sea([island], BOX)) == pytest.approx(100.0 - 4.0)
    assert sum(face.area for face in sea([island[::-1]], BOX)) == pytest.approx(4.0)


def test_a_coast_of_several_ways_cut_off_short_of_the_border_reaches_it() -> None:
    ways = [np.array([[5.0, 9.8], [5.0, 5.0]]), np.array([[5.0, 5.0], [5.0, 0.3]])]
    (water,) = sea(ways, BOX)
    assert water.area == pytest.approx(50.0)


def test_a_coast_that_ends_in_the_middle_drowns_nothing_by_mistake() -> None:
    assert sea([], BOX) == []
    half = sea([np.array([[5.0, 11.0], [5.0, 5.0]])], BOX)
    assert half == []
