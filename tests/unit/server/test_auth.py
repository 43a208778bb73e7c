"""Who may write: this machine by itself, others with the token, strangers' pages never."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from tests.unit.server.conftest import serving

from milkfloat.errors import InputError
from milkfloat.server.app import create_app
from milkfloat.server.auth import check_address
from milkfloat.server.services import Services

TOKEN = "0123456789abcdef"


def test_this_machine_needs_no_token() -> None:
    check_address("127.0.0.1", None)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "localhost", "::1", "192.0.2.7", "::", "milkfloat.example", "127.0.0.1.example"]
)
def test_any_other_address_needs_one(host: str, services: Services) -> None:
    with pytest.raises(InputError, match="give a --token"):
        check_address(host, None)
    with pytest.raises(InputError, match="give a --token"):
        create_app(services, host=host, token="")
    check_address(host, TOKEN)


def test_a_short_token_is_refused() -> None:
    with pytest.raises(InputError, match="3 characters are too few"):
        check_address("127.0.0.1", "abc")


@pytest.fixture(scope="module")
def open_to_all(services: Services) -> Iterator[httpx.Client]:
    with serving(create_app(services, host="0.0.0.0", token=TOKEN), with_lifespan=False) as connected:
        connected.headers["Host"] = "192.0.2.7:8000"
        yield connected


@pytest.mark.parametrize(
    "given",
    [None, "Bearer", "Bearer wrong-wrong-wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer ü"],
)
def test_a_write_without_the_right_token_is_refused(open_to_all: httpx.Client, given: str | None) -> None:
    headers = {} if given is None else {b"Authorization": given.encode()}
    for method, path in (("POST", "/v1/plans"), ("POST", "/v1/plans/x/cancel"), ("DELETE", "/v1/anything")):
        answer = open_to_all.request(method, path, json={}, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["type"] == "urn:milkfloat:problem:token"


def test_with_the_token_it_is_let_in_and_reads_need_none(open_to_all: httpx.Client) -> None:
    answer = open_to_all.post("/v1/plans", json={}, headers={"Authorization": f"bearer {TOKEN}"})
    assert answer.status_code == 422
    assert open_to_all.get("/v1/plans").status_code == 200
    assert open_to_all.get("/healthz").status_code == 200


def test_a_page_of_another_site_cannot_write(client: httpx.Client) -> None:
    answer = client.post("/v1/plans", json={}, headers={"Origin": "http://evil.example"})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:milkfloat:problem:origin")
    assert client.post("/v1/plans", json={}, headers={"Origin": str(client.base_url)}).status_code == 422
    assert client.post("/vroom", content=b"", headers={"Origin": "null"}).status_code == 403


def test_a_name_that_was_made_to_lead_here_is_refused(client: httpx.Client) -> None:
    for host in ("evil.example", "evil.example:8000", "127.0.0.1.evil.example"):
        answer = client.get("/healthz", headers={"Host": host})
        assert (answer.status_code, answer.json()["type"]) == (421, "urn:milkfloat:problem:host")
    for host in ("localhost:8000", "127.0.0.1", "[::1]:8000"):
        assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_every_answer_keeps_the_browser_at_home(client: httpx.Client) -> None:
    for path in ("/healthz", "/nothing", "/tiles.json"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
