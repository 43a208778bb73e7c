from __future__ import annotations

from datetime import UTC, date, datetime
from math import inf

import pytest

from milkfloat.fleet.orders import Order
from milkfloat.fleet.places import Address, Place
from milkfloat.fleet.read import read_orders, read_vans
from milkfloat.fleet.read_chargers import read_chargers
from milkfloat.fleet.table import Read

DAY = date(2026, 1, 15)
ZONE = "Europe/Helsinki"
HEADER = "id,lon,lat,demand_kg,demand_l,window_start,window_end,service_s\n"


def _unix(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def _orders(text: str, **options: object) -> Read[Order]:
    return read_orders(text, timezone=ZONE, date=DAY, **options)  # type: ignore[arg-type]


def test_an_order_is_read_with_its_units_and_its_zone() -> None:
    (order,) = _orders(HEADER + "a,24.94,60.17,12.5,30,08:00,10:30,180\n").rows
    assert order.place == Place(24.94, 60.17)
    assert (order.demand.mass_g, order.demand.volume_ml) == (12_500, 30_000)
    (window,) = order.stops[0].windows
    # Helsinki is two hours ahead of UTC in winter.
    assert window.start_s == _unix("2026-01-15 06:00")
    assert window.end_s == _unix("2026-01-15 08:30")
    assert order.stops[0].service_s == 180
    assert order.where == "orders.csv:2"
    assert order.kind == "delivery"


@pytest.mark.parametrize("mark", [";", "\t"])
def test_semicolons_and_tabs_part_cells_too_and_then_a_comma_is_a_decimal_sign(mark: str) -> None:
    text = f"ID{mark}Longitude{mark}Latitude{mark}Demand kg\nx{mark}24,94{mark}60,17{mark}1,5\n"
    (order,) = _orders(text).rows
    assert order.place == Place(24.94, 60.17)
    assert order.demand.mass_g == 1_500


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_of_a_spreadsheet_names_the_mark_and_lines_may_end_in_any_way(end: str) -> None:
    text = end.join(["\ufeffsep=;", "id;address;demand_kg", "x;Aleksanterinkatu 11, 3, 4, 5;1,5", "y;;1", ""])
    read = _orders(text)
    (order,) = read.rows
    assert order.place == Address("Aleksanterinkatu 11, 3, 4, 5")
    assert order.demand.mass_g == 1_500
    assert [fault.where for fault in read.faults] == ["orders.csv:4.lon"]


def test_further_windows_skills_release_and_prize() -> None:
    text = (
        "id,address,window_start,window_end,window_start_2,window_end_2,skills,release_at,prize,priority\n"
        "x,Aleksanterinkatu 11,14:00,16:00,08:00,09:00,cold; lift,2026-01-15T07:15:00+01:00,12.5,70\n"
    )
    (order,) = _orders(text).rows
    assert order.place == Address("Aleksanterinkatu 11")
    assert [w.start_s for w in order.stops[0].windows] == [_unix("2026-01-15 06:00"), _unix("2026-01-15 12:00")]
    assert order.skills == {"cold", "lift"}
    assert order.release_s == _unix("2026-01-15 06:15")
    assert (order.prize, order.priority) == (12.5, 70)


def test_a_shipment_has_two_stops() -> None:
    text = "id,type,lon,lat,to_lon,to_lat,to_window_end,to_service_s\nx,shipment,24.94,60.17,24.95,60.18,12:00,60\n"
    (order,) = _orders(text).rows
    assert [stop.place for stop in order.stops] == [Place(24.94, 60.17), Place(24.95, 60.18)]
    assert order.stops[1].windows[0].start_s == -inf
    assert order.stops[1].service_s == 60


def test_good_rows_go_on_and_every_fault_names_row_column_value_and_limit() -> None:
    rows = [f"{k},24.94,60.17,1,1,08:00,17:00,60" for k in range(5_000)]
    rows[16] = "16,60.17,124.94,1,1,08:00,17:00,60"
    rows[99] = "99,24.94,60.17,-3,1,08:00,17:00,60"
    rows[4_000] = "4000,24.94,60.17,1,1,17:00,08:00,60"
    read = _orders(HEADER + "\n".join(rows))
    assert len(read.rows) == 4_997
    assert [str(fault) for fault in read.faults] == [
        "orders.csv:18.lat: latitude 124.94 is not within -90 to 90: longitude and latitude look swapped",
        "orders.csv:101.demand_kg: -3 is less than 0 kg",
        (
            "orders.csv:4002.window_end: '08:00' is before window_start '17:00'; "
            "past midnight, write hours above 23 or dates"
        ),
    ]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("a,24.94,60.17,x,1,,,0", "orders.csv:2.demand_kg: 'x' is no number"),
        ("a,24.94,60.17,inf,1,,,0", "orders.csv:2.demand_kg: 'inf' is no number"),
        ("a,24.94,60.17,90000,1,,,0", "orders.csv:2.demand_kg: 90000 is more than 44 000 kg"),
        ("a,24.94,60.17,1,1,,,99999", "orders.csv:2.service_s: 99999 is more than 86 400 s"),
        ("a,,60.17,1,1,,,0", "orders.csv:2.lon: is empty, but the other coordinate is not"),
        ("a,,,1,1,,,0", "orders.csv:2.lon: there is no place: lon and lat, or an address, are needed"),
        ("a,nan,60,1,1,,,0", "orders.csv:2.lon: 'nan' is no number"),
        ("a,224,60,1,1,,,0", "orders.csv:2.lon: longitude 224 is not within -180 to 180"),
        (",24.94,60.17,1,1,,,0", "orders.csv:2.id: is empty"),
        ("a,24.94,60.17", "orders.csv:2: has 3 cells where the header has 8 columns"),
        (
            "a,24.94,60.17,1,1,25:61,,0",
            (
                "orders.csv:2.window_start: '25:61' is no time of day: "
                "hours go to 47 (26:30 is 02:30 of the next day), minutes to 59"
            ),
        ),
        (
            "a,24.94,60.17,1,1,soon,,0",
            "orders.csv:2.window_start: 'soon' is no time; write 08:30, 2026-01-15 08:30 or 2026-01-15T08:30+02:00",
        ),
        (
            "a,24.94,60.17,1,1,2026-01-14 08:00,2026-01-14 09:00,0",
            "orders.csv:2.window_end: '2026-01-14 09:00' is past: the plan begins at 2026-01-15 00:00",
        ),
    ],
)
def test_what_is_wrong_is_said(row: str, fault: str) -> None:
    read = _orders(HEADER + row + "\n", earliest_s=_unix("2026-01-14 22:00"))
    assert read.rows == ()
    assert [str(found) for found in read.faults] == [fault]


def test_an_id_that_was_there_before_is_left_out() -> None:
    read = _orders(HEADER + "a,24.94,60.17,1,1,,,0\na,24.95,60.17,1,1,,,0\n")
    assert [order.where for order in read.rows] == ["orders.csv:2"]
    assert str(read.faults[0]) == "orders.csv:3.id: 'a' was there before, in line 2; this row is left out"


def test_unknown_columns_are_named_and_ignored() -> None:
    read = _orders("id,lon,lat,colour,Customer Name\na,24.94,60.17,red,Bo\n")
    assert len(read.rows) == 1
    assert read.notes == ("orders.csv: unknown columns were ignored: colour, customer_name",)


def test_windows_that_overlap_are_a_fault() -> None:
    text = "id,lon,lat,window_start,window_end,window_start_2,window_end_2\na,24.94,60.17,08:00,10:00,09:00,11:00\n"
    assert str(_orders(text).faults[0]) == (
        "orders.csv:2.window_start_2: '09:00' lies in another window, which ends 2026-01-15 10:00"
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "orders.csv: the file is empty: a header line with the columns is missing"),
        ("name,lon,lat\na,1,2\n", "orders.csv:1: there is no column id; the columns are name, lon, lat"),
        ("id,lon\na,1\n", "orders.csv:1: there is no place: columns lon and lat, or address, are needed"),
        ("id,lon,lat,lon\na,1,2,1\n", "orders.csv:1: column lon is there more than once"),
    ],
)
def test_a_table_that_holds_no_orders_says_why(text: str, fault: str) -> None:
    read = _orders(text)
    assert read.rows == ()
    assert [str(found) for found in read.faults] == [fault]


def test_clock_times_follow_the_zone_through_a_night_when_clocks_change() -> None:
    text = "id,lon,lat,window_start,window_end\na,24.94,60.17,01:00,28:00\n"
    # 25 October 2026: at 04:00 summer time the clocks go back to 03:00.
    (order,) = read_orders(text, timezone=ZONE, date=date(2026, 10, 24)).rows
    (window,) = order.stops[0].windows
    assert window.start_s == _unix("2026-10-23 22:00")
    # 04:00 of the 25th is winter time, UTC+2: 28 hours later by the clock are 28 real hours after 00:00 UTC+3 plus one.
    assert window.end_s == _unix("2026-10-25 02:00")


def test_a_time_that_a_spring_night_skips_is_a_fault() -> None:
    text = "id,lon,lat,window_start,window_end\na,24.94,60.17,03:30,12:00\n"
    read = read_orders(text, timezone=ZONE, date=date(2026, 3, 29))
    assert str(read.faults[0]) == (
        "orders.csv:2.window_start: '03:30' does not exist: the clocks are put forward that night"
    )


VANS = "id,model,depot_lon,depot_lat,shift_start,shift_end,soc_pct,capacity_kg,skills\n"


def test_vans_take_their_figures_from_the_catalogue_and_share_depots() -> None:
    text = VANS + "v1,addax-mt10,24.94,60.17,07:00,16:00,80,,lift\nv2,Addax MT15,24.94,60.17,07:00,16:00,,400,\n"
    first, second = read_vans(text, timezone=ZONE, date=DAY).rows
    assert first.model.battery_wh == 10_000
    assert first.capacity == (1_000_000, 6_000_000)
    assert second.capacity == (400_000, 6_000_000)
    assert (first.soc, second.soc) == (0.8, 1.0)
    assert first.skills == {"lift"}
    assert first.depot is second.depot
    assert first.depot.id == "depot-1"
    assert first.shift.start_s == _unix("2026-01-15 05:00")


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            "v,adax mt10,24.9,60.1,07:00,16:00,,,",
            "vans.csv:2.model: 'adax mt10' is not in the catalogue; nearest: addax-mt1",
        ),
        ("v,addax-mt10,24.9,60.1,16:00,07:00,,,", "vans.csv:2.shift_end: '07:00' is before shift_start '16:00'"),
        ("v,addax-mt10,24.9,60.1,07:00,07:00,,,", "vans.csv:2.shift_end: '07:00' is shift_start"),
        ("v,addax-mt10,24.9,60.1,,16:00,,,", "vans.csv:2.shift_start: is empty"),
        ("v,addax-mt10,24.9,60.1,07:00,16:00,120,,", "vans.csv:2.soc_pct: 120 is more than 100 %"),
        (
            "v,addax-mt10,24.9,60.1,07:00,16:00,,3000,",
            "vans.csv:2.capacity_kg: 3000 is more than the 1000 kg that a van of type Addax MT10 carries",
        ),
    ],
)
def test_what_is_wrong_with_a_van_is_said(row: str, fault: str) -> None:
    read = read_vans(VANS + row + "\n", timezone=ZONE, date=DAY)
    assert read.rows == ()
    assert len(read.faults) == 1
    assert str(read.faults[0]).startswith(fault)


def test_a_van_makes_one_trip_at_least() -> None:
    text = "id,model,depot_lon,depot_lat,shift_start,shift_end,max_trips\nv,addax-mt10,24.9,60.1,07:00,16:00,0\n"
    assert [str(f) for f in read_vans(text, timezone=ZONE, date=DAY).faults] == [
        "vans.csv:2.max_trips: 0 is less than 1"
    ]


def test_a_break_is_read() -> None:
    text = (
        "id,model,depot_address,shift_start,shift_end,break_start,break_end,break_s\n"
        "v,addax-mt10,Kauppatori 1,07:00,16:00,11:00,12:30,1800\n"
    )
    (van,) = read_vans(text, timezone=ZONE, date=DAY).rows
    assert van.depot.place == Address("Kauppatori 1")
    assert van.breaks[0].duration_s == 1_800
    assert van.breaks[0].window.end_s == _unix("2026-01-15 10:30")


def test_chargers_are_read_from_a_table_and_from_json_alike() -> None:
    table = "id,lon,lat,power_kw,plugs,tariff\nc,24.94,60.17,50,2,day\n"
    objects = '[{"id": "c", "lon": 24.94, "lat": 60.17, "power_kw": 50, "plugs": 2, "tariff": "day"}]'
    points = (
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "id": "c", '
        '"geometry": {"type": "Point", "coordinates": [24.94, 60.17]}, '
        '"properties": {"power_kw": 50, "plugs": 2, "tariff": "day"}}]}'
    )
    for text in (table, objects, points):
        (charger,) = read_chargers(text).rows
        assert (charger.id, charger.place, charger.power_w) == ("c", Place(24.94, 60.17), 50_000)
        assert (charger.plugs, charger.tariff, charger.is_dc) == (2, "day", True)


def test_a_charger_without_power_is_a_fault_and_the_others_go_on() -> None:
    read = read_chargers("id,lon,lat,power_kw\na,24.94,60.17,0\nb,24.94,60.17,\nc,24.94,60.17,11\n")
    assert [charger.id for charger in read.rows] == ["c"]
    assert not read.rows[0].is_dc
    assert [str(fault) for fault in read.faults] == [
        "chargers.csv:2.power_kw: 0 is no power: a charger gives more than 0 and at most 1000 kW",
        "chargers.csv:3.power_kw: is empty",
    ]


@pytest.mark.parametrize("text", ["[1, 2", '{"a": 1}', "[1]", "[" * 100_000])
def test_json_without_chargers_is_a_fault(text: str) -> None:
    read = read_chargers(text, source="chargers.json")
    assert read.rows == ()
    assert len(read.faults) == 1


def test_a_point_whose_properties_are_no_object_is_a_fault() -> None:
    read = read_chargers('[{"type": "Feature", "id": "c", "properties": 5}]', source="chargers.json")
    assert [fault.where for fault in read.faults] == ["chargers.json:1.lon", "chargers.json:1.power_kw"]
