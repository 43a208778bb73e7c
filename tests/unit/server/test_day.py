"""The running day over HTTP, in a grid town: what it tells, what is done to it, and who may open a driver's page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.unit.app.conftest import at, clock
from tests.unit.app.conftest import city as _city
from tests.unit.app.test_day import make, on_the_way
from tests.unit.server.conftest import serving

from milkfloat.app.maps import City
from milkfloat.server.app import create_app
from milkfloat.server.day_host import DayHost
from milkfloat.server.services import Services, make_services
from milkfloat.store.database import open_database

city = _city


@pytest.fixture
def host(city: City) -> DayHost:
    """A day with a van on its way to a customer; it stands."""
    day = make(city)
    on_the_way(day)
    return DayHost(day, playing=False)


@pytest.fixture
def running(city: City, host: DayHost) -> Iterator[tuple[Services, httpx.Client]]:
    services = make_services(open_database("sqlite://"), city=city, worker_count=1)
    services.run_day(host)
    with serving(create_app(services)) as client:
        yield services, client


@pytest.fixture
def client(running: tuple[Services, httpx.Client]) -> httpx.Client:
    return running[1]


def ok(response: httpx.Response) -> Any:
    assert response.is_success, response.text
    return response.json()


def order_of(client: httpx.Client, order_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(o for o in ok(client.get("/v1/day"))["orders"] if o["id"] == order_id)
    return found


def open_order(client: httpx.Client) -> dict[str, Any]:
    """One that is on no van yet, else any that is not done."""
    orders = [o for o in ok(client.get("/v1/day"))["orders"] if o["status"] in ("planned", "onboard")]
    return min(orders, key=lambda o: o["status"] != "planned")


def link(client: httpx.Client, van: str) -> str:
    """Address of a driver's round in the interface."""
    path: str = ok(client.post("/v1/day/drivers", json={"van": van}))["path"]
    return f"/v1{path}"


def ahead(client: httpx.Client, address: str) -> list[dict[str, Any]]:
    """Stops of customers that a driver has before them."""
    stops = ok(client.get(address))["stops"]
    return [stop for stop in stops if not stop["done"] and stop["kind"] in ("delivery", "pickup")]


def driver(client: httpx.Client) -> tuple[str, list[dict[str, Any]]]:
    """The round of the van that is on its way to a customer: its address, and the stops ahead."""
    driving = next(van for van in ok(client.get("/v1/day"))["vans"] if van["status"] == "driving")
    address = link(client, driving["id"])
    return address, ahead(client, address)


def test_without_a_day_there_is_none(mapless: httpx.Client) -> None:
    for address in ("/v1/day", "/v1/day/events", "/v1/day/traffic", "/v1/drive/AAAAAAAAAAAAAAAAAAAAAA"):
        response = mapless.get(address)
        assert (response.status_code, response.json()["detail"]) == (404, "no day is running")


def test_a_snapshot_tells_the_day(client: httpx.Client, host: DayHost) -> None:
    day = ok(client.get("/v1/day"))
    assert (day["time"], day["playing"], day["speed"], day["replanning"]) == (host.day.now_s, False, 1.0, False)
    assert day["version"] == host.version
    assert [van["id"] for van in day["vans"]] == ["v1", "v2"]
    assert sorted(order["id"] for order in day["orders"]) == ["a", "b", "c", "d", "e", "f", "s"]


def test_the_stream_begins_with_a_snapshot_unless_it_was_seen(client: httpx.Client) -> None:
    first = events(client, 2)
    assert [kind for _, kind, _ in first] == ["snapshot", "position"]
    number, _, document = first[0]
    assert number == document["version"]
    assert [van["id"] for van in first[1][2]["vans"]] == ["v1", "v2"]
    assert [kind for _, kind, _ in events(client, 1, last=str(number))] == ["position"]
    # Another number, even a higher one of a service that ran before, is not this state.
    assert [kind for _, kind, _ in events(client, 1, last=f"{number}9")] == ["snapshot"]


def events(client: httpx.Client, count: int, *, last: str | None = None) -> list[tuple[int | None, str, Any]]:
    """The first events of the stream, as (id, kind, document)."""
    headers = {} if last is None else {"Last-Event-ID": last}
    found: list[tuple[int | None, str, Any]] = []
    number: int | None = None
    kind = ""
    with client.stream("GET", "/v1/day/events", headers=headers) as response:
        for line in response.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                number = int(value)
            elif name == "event":
                kind = value
            elif name == "data":
                found.append((number, kind, json.loads(value)))
                number = None
                if len(found) == count:
                    break
    return found


def test_play_pause_and_speed(client: httpx.Client, host: DayHost) -> None:
    before = ok(client.get("/v1/day"))["version"]
    assert ok(client.post("/v1/day/speed", json={"speed": 60}))["version"] > before
    ok(client.post("/v1/day/play"))
    assert (host.playing, host.speed) == (True, 60.0)
    ok(client.post("/v1/day/pause"))
    assert not host.playing
    refused = client.post("/v1/day/speed", json={"speed": 0})
    assert refused.status_code == 422
    assert "speed" in refused.json()["detail"]


def test_orders_come_in(client: httpx.Client) -> None:
    place = at(2.5, 3)
    given = {
        "orders": [
            {"lon": place.lon, "lat": place.lat, "mass_g": 5_000, "window": [clock(9), clock(13)]},
            {"address": "Row A 3", "kind": "pickup"},
            {"id": "far", "lon": 10.0, "lat": 10.0},
            {"id": "a", "lon": place.lon, "lat": place.lat},
        ]
    }
    response = client.post("/v1/day/orders", json=given)
    assert response.status_code == 201
    answer = response.json()
    assert answer["orders"] == ["N001", "N002"]
    assert {fault["where"].partition(".")[0] for fault in answer["errors"]} == {"orders[2]", "orders[3]"}
    added = order_of(client, "N001")
    assert (added["mass_g"], added["window"], added["status"]) == (5_000, [clock(9), clock(13)], "waiting")
    # Who clicks on the map gives no address: the street has one.
    assert added["address"] == "Row D"


def test_orders_that_say_nothing_of_their_place_are_refused(client: httpx.Client) -> None:
    bad = {"orders": [{"mass_g": 1}, {"lon": 24.9, "lat": 60.1, "window": [10, 5]}]}
    response = client.post("/v1/day/orders", json=bad)
    assert response.status_code == 422
    assert [fault["where"] for fault in response.json()["errors"]] == ["orders[0].lon", "orders[1].window"]
    assert client.post("/v1/day/orders", json={"orders": []}).status_code == 422
    assert client.post("/v1/day/orders", json={"orders": [{"colour": "red"}]}).status_code == 422


def test_an_order_is_cancelled(client: httpx.Client) -> None:
    order = open_order(client)
    ok(client.delete(f"/v1/day/orders/{order['id']}"))
    assert order_of(client, order["id"])["status"] == "failed"
    assert client.delete(f"/v1/day/orders/{order['id']}").status_code == 409
    assert client.delete("/v1/day/orders/nobody").status_code == 422


def test_a_road_is_closed_and_opened(client: httpx.Client) -> None:
    place = at(2.5, 2)
    response = client.post("/v1/day/closures", json={"lon": place.lon, "lat": place.lat, "until": clock(10)})
    assert response.status_code == 201
    closed = response.json()
    assert (closed["name"], closed["kind"], closed["until"]) == ("Row C", "closure", clock(10))
    assert [one["id"] for one in ok(client.get("/v1/day"))["traffic"]] == [closed["id"]]
    ok(client.delete(f"/v1/day/closures/{closed['id']}"))
    assert ok(client.get("/v1/day"))["traffic"] == []
    assert client.delete(f"/v1/day/closures/{closed['id']}").status_code == 422
    nowhere = client.post("/v1/day/closures", json={"lon": 0.0, "lat": 0.0})
    assert nowhere.status_code == 422


def test_a_jam_is_seen_where_traffic_is_slow(client: httpx.Client, host: DayHost) -> None:
    assert ok(client.get("/v1/day/traffic")) == {"type": "FeatureCollection", "features": []}
    place = at(1.5, 3)
    jam = ok(client.post("/v1/day/jams", json={"lon": place.lon, "lat": place.lat, "factor": 0.25}))
    assert (jam["name"], jam["factor"], jam["until"]) == ("Row D", 0.25, None)
    host.day.advance(host.day.now_s)  # The plan takes it in.
    slow = ok(client.get("/v1/day/traffic"))["features"]
    # Both directions of one block.
    assert [feature["properties"]["ratio"] for feature in slow] == [0.25, 0.25]
    ends = sorted(tuple(feature["geometry"]["coordinates"][0]) for feature in slow)
    assert ends == sorted((round(p.lon, 6), round(p.lat, 6)) for p in (at(1, 3), at(2, 3)))


def test_a_charger_fails_and_works_again(client: httpx.Client) -> None:
    ok(client.post("/v1/day/chargers", json={"charger": "post", "works": False}))
    assert [c["status"] for c in ok(client.get("/v1/day"))["chargers"] if c["id"] == "post"] == ["failed"]
    ok(client.post("/v1/day/chargers", json={"charger": "post", "works": True}))
    assert [c["status"] for c in ok(client.get("/v1/day"))["chargers"] if c["id"] == "post"] == ["ok"]
    assert client.post("/v1/day/chargers", json={"charger": "none", "works": True}).status_code == 422


def test_lock_move_and_undo(client: httpx.Client) -> None:
    order = open_order(client)
    ok(client.post("/v1/day/lock", json={"order": order["id"]}))
    assert order_of(client, order["id"])["locked"] is True
    ok(client.post("/v1/day/lock", json={"order": order["id"], "locked": False}))
    assert order_of(client, order["id"])["locked"] is False
    ok(client.post("/v1/day/replan"))
    change = ok(client.get("/v1/day"))["last_change"]
    assert [event["kind"] for event in change["events"]][-1:] == ["unlock"]
    ok(client.post("/v1/day/move", json={"order": order["id"], "van": order["van"]}))
    moved = order_of(client, order["id"])
    assert (moved["van"], moved["locked"]) == (order["van"], True)
    ok(client.post("/v1/day/undo"))
    assert order_of(client, order["id"])["locked"] is False
    assert client.post("/v1/day/move", json={"order": order["id"], "van": "v9"}).status_code == 422


def test_a_driver_sees_one_round_and_no_other(client: httpx.Client) -> None:
    day = ok(client.get("/v1/day"))
    mine = ok(client.get(link(client, "v1")))
    assert mine["van"]["id"] == "v1"
    van = next(van for van in day["vans"] if van["id"] == "v1")
    assert [stop["id"] for stop in mine["stops"]] == [stop["id"] for stop in van["stops"]]
    assert "v2" not in json.dumps(mine["stops"])
    assert "orders" not in mine
    for stop in mine["stops"]:
        if stop["kind"] in ("delivery", "pickup"):
            assert stop["mass_g"] == order_of(client, stop["id"])["mass_g"]


def test_links_are_withdrawn_together(client: httpx.Client) -> None:
    first, second, other = link(client, "v1"), link(client, "v1"), link(client, "v2")
    assert first != second
    assert client.get(first).is_success
    assert ok(client.delete("/v1/day/drivers/v1"))["withdrawn"] == 2
    assert [client.get(address).status_code for address in (first, second, other)] == [404, 404, 200]
    assert client.post(first + "/taps", json={"kind": "done", "order": "a"}).status_code == 404
    assert client.post("/v1/day/drivers", json={"van": "v9"}).status_code == 422


def test_a_link_of_another_day_opens_nothing(city: City, running: tuple[Services, httpx.Client]) -> None:
    services, client = running
    address = link(client, "v1")
    assert services.day is not None
    services.day.id = "another"
    assert client.get(address).status_code == 404


def test_a_tap_counts_once(client: httpx.Client, host: DayHost) -> None:
    address, (stop, *_) = driver(client)
    tap = {"kind": "done", "order": stop["id"], "key": "tap-1", "at": "2026-01-15T07:00:00Z"}
    assert ok(client.post(address + "/taps", json=tap)) == {"accepted": True, "again": False}
    assert ok(client.post(address + "/taps", json=tap)) == {"accepted": True, "again": True}
    entries = [entry for entry in host.day.log.since() if entry.kind == "tap"]
    assert [entry.data["order"] for entry in entries] == [stop["id"]]
    # Told again under another name it is no news either: the stop is done.
    assert ok(client.post(address + "/taps", json=tap | {"key": "tap-2"}))["accepted"]
    assert len([entry for entry in host.day.log.since() if entry.kind == "tap"]) == 1


def test_a_tap_that_fits_nothing_is_refused(client: httpx.Client) -> None:
    address, (_, *later) = driver(client)
    tap = {"kind": "done", "order": later[-1]["id"], "key": "k"}
    assert client.post(address + "/taps", json=tap).status_code == 409
    # What was refused has not counted.
    assert client.post(address + "/taps", json=tap).status_code == 409
    assert client.post(address + "/taps", json={"kind": "sing", "order": "a"}).status_code == 422


def test_a_problem_takes_the_order_out(client: httpx.Client) -> None:
    address, (stop, *_) = driver(client)
    ok(client.post(address + "/taps", json={"kind": "issue", "order": stop["id"], "text": "no way in"}))
    order = order_of(client, stop["id"])
    assert (order["status"], order["issue"]) == ("failed", "no way in")


def test_writes_need_the_token_and_taps_do_not(city: City, host: DayHost) -> None:
    services = make_services(open_database("sqlite://"), city=city, worker_count=1)
    services.run_day(host)
    token = "0123456789abcdef"
    with serving(create_app(services, token=token)) as client:
        assert client.post("/v1/day/pause").status_code == 401
        assert client.post("/v1/day/drivers", json={"van": "v1"}).status_code == 401
        driving = next(van["id"] for van in ok(client.get("/v1/day"))["vans"] if van["status"] == "driving")
        client.headers["Authorization"] = f"Bearer {token}"
        address = link(client, driving)
        del client.headers["Authorization"]
        stop = ahead(client, address)[0]
        assert client.post(f"{address}/taps", json={"kind": "done", "order": stop["id"]}).is_success


def test_the_worker_of_driver_pages_lies_beside_them(client: httpx.Client) -> None:
    response = client.get("/drive/offline.js")
    assert response.headers["content-type"].startswith("text/javascript")
    assert "addEventListener" in response.text
    assert "<title>My round" in client.get("/drive/AAAAAAAAAAAAAAAAAAAAAA").text
