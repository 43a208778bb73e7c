"""The map resource, addresses and tiles over HTTP."""

from __future__ import annotations

import httpx
import mapbox_vector_tile
import pytest
from tests.unit.roads.test_tiles import address


def test_the_map_says_what_it_covers(client: httpx.Client) -> None:
    found = client.get("/v1/map").json()
    assert (found["name"], found["timezone"], found["edges"]) == ("square", "UTC", 10)
    assert found["attribution"] == "© OpenStreetMap contributors"
    assert len(found["bbox"]) == 4


def test_addresses_are_found_or_answered_with_candidates(client: httpx.Client) -> None:
    found = client.get("/v1/map/addresses", params={"text": "Ring 7"}).json()
    assert (found["found"], found["kind"], found["label"]) == (True, "house", "Ring 7")
    missed = client.get("/v1/map/addresses", params={"text": "Ring 9"}).json()
    assert (missed["found"], missed["candidates"]) == (False, ["Ring 7"])
    assert client.get("/v1/map/addresses").status_code == 422


def test_a_tile_is_cut_and_kept_by_the_browser(client: httpx.Client) -> None:
    zoom, column, row = address(50, 0, 15)
    answer = client.get(f"/tiles/{zoom}/{column}/{row}.mvt")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    names = [f["properties"].get("name") for f in mapbox_vector_tile.decode(answer.content)["road"]["features"]]
    assert "Ring" in names
    tag = answer.headers["etag"]
    again = client.get(f"/tiles/{zoom}/{column}/{row}.mvt", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"/tiles/{zoom}/0/0.mvt").status_code == 204


@pytest.mark.parametrize("path", ["/tiles/99/0/0.mvt", "/tiles/3/8/0.mvt"])
def test_a_tile_that_is_not_in_the_scheme_is_not_there(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_tile_json_leads_to_the_tiles_by_the_name_the_client_used(client: httpx.Client) -> None:
    found = client.get("/tiles.json", headers={"Host": "localhost:8000"}).json()
    assert found["tiles"] == ["http://localhost:8000/tiles/{z}/{x}/{y}.mvt"]
    assert {layer["id"] for layer in found["vector_layers"]} >= {"road", "water", "building", "green"}
