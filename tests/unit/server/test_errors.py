"""Whatever goes wrong is answered by a problem document."""

from __future__ import annotations

import httpx
from tests.unit.server.conftest import serving

from milkfloat.errors import ConflictError, Fault, InputError, UnavailableError
from milkfloat.server.app import create_app
from milkfloat.server.services import Services


def test_each_error_has_its_status_and_names_every_fault(services: Services) -> None:
    app = create_app(services)
    errors = {
        "input": InputError([Fault("orders.csv:3.lon", "is not a number"), Fault("vans.csv:1", "is empty")]),
        "conflict": ConflictError("it is done already"),
        "unavailable": UnavailableError("not now"),
        "unexpected": KeyError("secret of the inside"),
    }

    @app.get("/raise/{name}")
    def _raise(name: str) -> None:
        raise errors[name]

    with serving(app, with_lifespan=False) as client:
        answers = {name: client.get(f"/raise/{name}") for name in errors}
    answer = answers["input"]
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:milkfloat:problem:input",
        "title": "the input is faulty",
        "status": 422,
        "detail": "2 faults",
        "errors": [
            {"where": "orders.csv:3.lon", "message": "is not a number"},
            {"where": "vans.csv:1", "message": "is empty"},
        ],
    }
    assert [answers[name].status_code for name in ("conflict", "unavailable", "unexpected")] == [409, 503, 500]
    assert "secret" not in answers["unexpected"].text


def test_unknown_paths_and_methods_are_problems_too(client: httpx.Client) -> None:
    missing = client.get("/v1/nothing")
    assert missing.json() == {"type": "about:blank", "title": "Not Found", "status": 404}
    wrong = client.delete("/v1/plans")
    assert (wrong.status_code, wrong.headers["content-type"]) == (405, "application/problem+json")
    assert wrong.headers["allow"]


def test_a_service_without_a_map_says_so(mapless: httpx.Client) -> None:
    for path in ("/v1/map", "/tiles.json", "/tiles/1/0/0.mvt"):
        answer = mapless.get(path)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["message"] == "the service was started without a map"
    assert mapless.get("/healthz").json()["map"] is None


def test_the_description_of_the_interface_is_served_and_needs_nobody_else(client: httpx.Client) -> None:
    description = client.get("/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    assert "/v1/plans" in description["paths"]
    assert client.get("/docs").status_code == 404
