from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milkfloat.energy.consumption import aux_power_w, cycle_energy_j, edge_energy, empty_mass_kg
from milkfloat.fleet.catalogue import load_models
from milkfloat.fleet.vans import VanModel

# 353 / 293.15 K
_AIR = 1.2042


def _edge(model: VanModel, **values: float) -> tuple[float, float]:
    given = {"length_m": 100.0, "speed_mps": 10.0, "grade": 0.0, "stops": 0.0} | values
    arrays = {key: [value] for key, value in given.items() if key != "temperature_c"}
    base, per_kg = edge_energy(model, temperature_c=given.get("temperature_c", 20.0), **arrays)
    return float(base[0]), float(per_kg[0])


def test_rolling_air_and_uneven_driving_by_hand(box: VanModel) -> None:
    base, per_kg = _edge(box)
    # Rolling 1,000 kg x 9.81 x 0.01 = 98.1 N, air 0.5 x 1.2042 x 1 x 100 = 60.2 N, over 100 m, by 0.8.
    steady = (98.1 + 0.5 * _AIR * 100.0) * 100.0 / 0.8
    # 10 m/s = 36 km/h: 1.5 x (80 - 36) / 50 = 1.32 stops per km, 0.132 on 100 m, of 0.52 x 100 J/kg x (1.25 - 0.5).
    uneven = 0.132 * 0.52 * 100.0 * 0.75
    assert base == pytest.approx(steady + 1_000.0 * uneven, rel=1e-4)
    assert per_kg == pytest.approx(0.0981 * 100.0 / 0.8 + uneven, rel=1e-4)


def test_a_stop_costs_what_braking_does_not_bring_back(box: VanModel) -> None:
    base, per_kg = _edge(box)
    with_stop, per_kg_with_stop = _edge(box, stops=2.0)
    # Per kg and stop 0.5 x 1.04 x 10^2 x (1 / 0.8 - 0.5) = 39 J.
    assert with_stop - base == pytest.approx(2 * 39_000.0, rel=1e-4)
    assert per_kg_with_stop - per_kg == pytest.approx(2 * 39.0, rel=1e-4)


def test_downhill_charges_and_uphill_costs(box: VanModel) -> None:
    flat, _ = _edge(box)
    up, up_per_kg = _edge(box, grade=0.08)
    down, down_per_kg = _edge(box, grade=-0.08)
    assert up > flat > 0 > down
    # Downhill 8 %: 9.81 (0.01 cos + sin) = -0.6845 N/kg, half of it comes back over 100 m; the uneven driving costs.
    assert down_per_kg == pytest.approx(-0.6845 * 100.0 * 0.5 + 0.132 * 0.52 * 100.0 * 0.75, rel=1e-3)
    assert up_per_kg > down_per_kg


@given(
    grade=st.floats(-0.15, 0.15),
    speed=st.floats(1.0, 35.0),
    load_kg=st.floats(0.0, 500.0),
    temperature=st.floats(-25.0, 40.0),
)
def test_the_linear_rule_never_promises_less_than_the_loaded_van_draws(
    grade: float, speed: float, load_kg: float, temperature: float
) -> None:
    """Base and load x per kg make the energy of the loaded van, or more where load turns drawing into recovering."""
    model = load_models()["maxus-edeliver-3-35"]
    loaded = replace(model, curb_mass_g=model.curb_mass_g + round(load_kg * 1_000))
    base, per_kg = _edge(model, grade=grade, speed_mps=speed, temperature_c=temperature)
    exact, _ = _edge(loaded, grade=grade, speed_mps=speed, temperature_c=temperature)
    assert base + load_kg * per_kg >= exact - 1e-3 * abs(exact) - 1.0


def test_slices_have_their_own_speeds(box: VanModel) -> None:
    base, per_kg = edge_energy(
        box, length_m=[100.0, 50.0], speed_mps=[[10.0, 10.0], [5.0, 20.0]], grade=[0.0, 0.0], stops=[0.0, 0.0]
    )
    assert base.shape == (2, 2)
    assert per_kg.shape == (2,)
    assert base[0, 0] == pytest.approx(_edge(box)[0])
    assert base[1, 0] == pytest.approx(_edge(box, speed_mps=5.0)[0])
    assert base.dtype == per_kg.dtype == np.float32


def test_cold_costs(box: VanModel) -> None:
    assert aux_power_w(box, 20.0) == 200.0
    assert aux_power_w(box, -15.0) == pytest.approx(200.0 + 33 * 40.0)
    assert aux_power_w(box, 34.0) == pytest.approx(200.0 + 10 * 40.0 / 2.5)
    assert _edge(box, temperature_c=-15.0)[0] > _edge(box)[0]


def test_a_cycle_at_constant_speed_is_rolling_and_air(box: VanModel) -> None:
    energy = cycle_energy_j(box, [0.0, 10.0, 20.0], [10.0, 10.0, 10.0])
    assert energy == pytest.approx((98.1 + 0.5 * _AIR * 100.0) * 200.0 / 0.8, rel=1e-4)


def _cycle(folder: Path, name: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    with (folder / "data" / "drive_cycles" / f"{name}.csv").open(encoding="utf-8-sig") as file:
        rows = [(float(row["cycSecs"]), float(row["cycMps"])) for row in csv.DictReader(file)]
    time_s, speed_mps = np.array(rows).T
    return time_s, speed_mps


# UN Regulation 154: vans are tested with 25 kg and 28 % of their payload beside the driver.
def _test_load_kg(model: VanModel) -> float:
    return 25.0 + 0.28 * model.payload_g / 1_000.0


def test_published_wltp_consumption_is_met(milkfloat_data: Path) -> None:
    time_s, speed_mps = _cycle(milkfloat_data, "wltc_3b")
    tested = [model for model in load_models().values() if model.published_basis.startswith("WLTP")]
    assert len(tested) >= 6
    off = {}
    for model in tested:
        driven = np.minimum(speed_mps, model.top_speed_kmh / 3.6)
        distance_km = float(((driven[1:] + driven[:-1]) / 2 * np.diff(time_s)).sum()) / 1_000
        energy_j = cycle_energy_j(model, time_s, driven, load_kg=_test_load_kg(model))
        # On the test bench at 23 degrees neither heating nor cooling runs.
        energy_j += model.base_w * float(time_s[-1])
        off[model.id] = energy_j / 3_600 / distance_km / model.published_wh_per_km - 1
    # Published ranges are those of the best version; ours must not promise more than 5 % beyond.
    assert all(-0.05 < value < 0.15 for value in off.values()), off
    assert 0.0 < np.mean(list(off.values())) < 0.10


def test_published_consumption_of_older_and_light_vans_is_met(milkfloat_data: Path) -> None:
    time_s, speed_mps = _cycle(milkfloat_data, "wltc_city_3b")
    for name, tolerance in {
        "goupil-g4-7": 0.20,
        "goupil-g4-12": 0.20,
        "addax-mt15": 0.20,
        "mercedes-esprinter-35": 0.20,
        "maxus-ev80": 0.15,
    }.items():
        model = load_models()[name]
        driven = np.minimum(speed_mps, model.top_speed_kmh / 3.6)
        distance_km = float(((driven[1:] + driven[:-1]) / 2 * np.diff(time_s)).sum()) / 1_000
        energy_j = cycle_energy_j(model, time_s, driven, load_kg=_test_load_kg(model)) + model.base_w * float(
            time_s[-1]
        )
        off = energy_j / 3_600 / distance_km / model.published_wh_per_km - 1
        assert abs(off) < tolerance, (name, off)


def test_a_watched_test_drive_is_met() -> None:
    """The 2023 eSprinter drew 21.9 kWh/100 km over 475 km at about 74 km/h with 120 kg, watched by TÜV Süd."""
    model = load_models()["mercedes-esprinter-113"]
    speed = 74 / 3.6
    base, per_kg = _edge(model, length_m=1_000.0, speed_mps=speed, stops=0.1)
    wh_per_km = (base + 120 * per_kg + model.base_w * 1_000 / speed) / 3_600
    assert wh_per_km == pytest.approx(219, rel=0.12)


@pytest.mark.parametrize("cycle", ["wltc_3b", "wltc_city_3b", "udds", "hwfet"])
@pytest.mark.parametrize("name", ["goupil-g4-12", "renault-kangoo-e-tech", "ford-e-transit-350"])
def test_edges_agree_with_second_by_second_integration(milkfloat_data: Path, cycle: str, name: str) -> None:
    model = load_models()[name]
    time_s, speed_mps = _cycle(milkfloat_data, cycle)
    driven = np.minimum(speed_mps, model.top_speed_kmh / 3.6)
    length_m, mean_mps, stops = _edges_of(time_s, driven)
    base, per_kg = edge_energy(model, length_m=length_m, speed_mps=mean_mps, grade=0 * length_m, stops=stops)
    by_edges = float(base.sum() + 200.0 * per_kg.sum())
    assert by_edges == pytest.approx(cycle_energy_j(model, time_s, driven, load_kg=200.0), rel=0.15)


def _edges_of(
    time_s: npt.NDArray[np.float64], speed_mps: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """
    A cycle as a road graph would know it: edges of 100 m driven at their mean speed while moving, with their stops.

    The edges next to a stop are given the mean speed between the stops, as a graph states the speed between junctions.
    """
    edges: list[list[float]] = []
    open_edges: list[list[float]] = []
    length = moving_s = whole = whole_s = 0.0
    for k in range(len(speed_mps) - 1):
        mean, step_s = (speed_mps[k] + speed_mps[k + 1]) / 2, time_s[k + 1] - time_s[k]
        if mean > 0.3:
            length, moving_s = length + mean * step_s, moving_s + step_s
            whole, whole_s = whole + mean * step_s, whole_s + step_s
        stops = speed_mps[k + 1] < 0.3 <= speed_mps[k]
        if length > 0 and (stops or length >= 100):
            open_edges.append([length, length / moving_s, 0.0])
            length = moving_s = 0.0
        if stops and open_edges:
            open_edges[-1][2] = 1.0
            for edge in (open_edges[0], open_edges[-1]):
                edge[1] = max(edge[1], whole / whole_s)
            edges += open_edges
            open_edges, whole, whole_s = [], 0.0, 0.0
    columns = np.array(edges + open_edges).T
    return columns[0], columns[1], columns[2]


def test_the_driver_counts() -> None:
    model = load_models()["goupil-g4-7"]
    assert empty_mass_kg(model) == 975.0
