"""The map: what it covers, its tiles, and places on it by address."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from milkfloat.app.maps import ATTRIBUTION
from milkfloat.errors import InputError
from milkfloat.roads.addresses import Match
from milkfloat.roads.tile_tags import LAYERS
from milkfloat.roads.tiles import ZOOM_MAX, ZOOM_MIN
from milkfloat.server.error_documents import problem
from milkfloat.server.services import Services, services_of

router = APIRouter(tags=["map"])
Service = Annotated[Services, Depends(services_of)]
# Tiles follow the extract, whose hash is in their tag; a browser asks again after an hour.
_TILE_CACHE = "public, max-age=3600"


@router.get("/v1/map")
def describe(services: Service) -> dict[str, Any]:
    """What the map covers, and the zone its times are in."""
    city = services.need_city()
    return {
        "name": city.name,
        "bbox": city.bbox,
        "timezone": city.timezone,
        "attribution": ATTRIBUTION,
        "content_hash": city.graph.content_hash,
        "edges": city.graph.edge_count,
        "counts": city.graph.counts,
    }


@router.get("/v1/map/addresses")
def find_address(services: Service, text: Annotated[str, Query(min_length=1, max_length=300)]) -> dict[str, Any]:
    """Find the place of an address, or the nearest candidates where it is not on the map or not clear."""
    found = services.need_city().addresses.find(text)
    if isinstance(found, Match):
        return {"found": True, **asdict(found)}
    return {"found": False, "message": found.message, "candidates": found.candidates}


@router.get("/tiles.json")
def tile_json(request: Request, services: Service) -> dict[str, Any]:
    """TileJSON 3.0: where the tiles are and what is in them."""
    city = services.need_city()
    west, south, east, north = city.tiles.bbox
    return {
        "tilejson": "3.0.0",
        "name": city.name,
        "tiles": [f"{request.base_url}tiles/{{z}}/{{x}}/{{y}}.mvt"],
        "minzoom": ZOOM_MIN,
        "maxzoom": ZOOM_MAX,
        "bounds": [west, south, east, north],
        "attribution": ATTRIBUTION,
        "vector_layers": [{"id": name, "fields": {}} for name in LAYERS],
    }


@router.get("/tiles/{z}/{x}/{y}.mvt", response_class=Response)
def tile(request: Request, services: Service, z: int, x: int, y: int) -> Response:
    """Cut one vector tile; 204 where there is nothing."""
    city = services.need_city()
    tag = f'"{city.graph.content_hash[:20]}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    try:
        data = city.tiles.tile(z, x, y)
    except InputError as error:
        return problem(HTTPStatus.NOT_FOUND, "there is no such tile", type="tile", detail=str(error))
    headers = {"Cache-Control": _TILE_CACHE, "ETag": tag}
    if not data:
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)
    return Response(data, media_type="application/vnd.mapbox-vector-tile", headers=headers)
