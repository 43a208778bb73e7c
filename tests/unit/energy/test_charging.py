from __future__ import annotations

from itertools import pairwise

import pytest

from milkfloat.energy.battery import cold_share, reserve_wh, usable_wh
from milkfloat.energy.charging import charge_curve, dc_share
from milkfloat.fleet.catalogue import load_models
from milkfloat.fleet.vans import VanModel


def test_a_battery_holds_less_with_age_and_in_the_cold(box: VanModel) -> None:
    assert usable_wh(box) == 10_000
    assert usable_wh(box, 0.8) == 8_000
    # Half way from -20 (0.85) to 0 degrees (0.94).
    assert usable_wh(box, temperature_c=-10.0) == pytest.approx(8_950)
    assert cold_share(30.0) == 1.0
    assert cold_share(-40.0) == 0.85
    assert reserve_wh(8_000) == 800


def test_alternating_current_is_steady_and_tapers_at_the_end(box: VanModel) -> None:
    curve = charge_curve(box, 3_000.0)
    assert curve is not None
    # 3 kW x 0.9 = 2.7 kW: 9 kWh, up to 90 %, take 3 h 20 min.
    assert curve.duration_s(0.0, 9_000.0) == pytest.approx(12_000.0)
    # The last tenth in two steps of 500 Wh at 82.5 % and 47.5 % of the power.
    assert curve.duration_s(9_000.0, 10_000.0) == pytest.approx(500 * 3_600 / 2_700 * (1 / 0.825 + 1 / 0.475))
    assert len(curve.time_s) == 4


def test_the_own_charger_is_the_limit_on_a_strong_plug(box: VanModel) -> None:
    strong, own = charge_curve(box, 22_000.0), charge_curve(box, 4_000.0)
    assert strong == own


def test_direct_current_follows_the_vans_curve(box: VanModel) -> None:
    curve = charge_curve(box, 50_000.0, temperature_c=25.0)
    assert curve is not None
    # 20 kW x 0.95 up to half: 5 kWh in 947 s.
    assert curve.energy_at(947.37) == pytest.approx(5_000.0, rel=1e-4)
    # Then from 20 kW down to 4 kW: the mean power of the second half is less.
    assert curve.duration_s(5_000.0, 10_000.0) > 947.37 * 1.5


def test_a_van_without_an_inlet_cannot_take_direct_current() -> None:
    light = load_models()["goupil-g4-7"]
    assert charge_curve(light, 50_000.0) is None
    assert charge_curve(light, 50_000.0, current="ac") is not None
    assert charge_curve(light, 11_000.0) is not None


def test_cold_slows_direct_current(box: VanModel) -> None:
    assert dc_share(25.0) == 1.0
    # The study's figure: at 0 degrees 36 % less in the same time.
    assert dc_share(0.0) == pytest.approx(0.64)
    assert dc_share(-30.0) == 0.45
    warm, cold = charge_curve(box, 50_000.0, temperature_c=25.0), charge_curve(box, 50_000.0, temperature_c=0.0)
    assert warm is not None
    assert cold is not None
    assert cold.duration_s(0.0, 4_000.0) == pytest.approx(warm.duration_s(0.0, 4_000.0) / 0.64)


@pytest.mark.parametrize("model", load_models().values(), ids=lambda model: model.id)
@pytest.mark.parametrize("power_w", [2_300.0, 11_000.0, 50_000.0, 150_000.0])
@pytest.mark.parametrize("temperature_c", [-15.0, 20.0])
def test_every_curve_is_concave_and_ends_full(model: VanModel, power_w: float, temperature_c: float) -> None:
    curve = charge_curve(model, power_w, 0.9, temperature_c)
    if curve is None:
        return
    assert (curve.time_s[0], curve.energy_wh[0]) == (0.0, 0.0)
    assert curve.energy_wh[-1] == pytest.approx(usable_wh(model, 0.9, temperature_c=temperature_c))
    points = list(zip(curve.time_s, curve.energy_wh, strict=True))
    slopes = [(e2 - e1) / (t2 - t1) for (t1, e1), (t2, e2) in pairwise(points)]
    assert all(slope > 0 for slope in slopes)
    assert all(later < earlier + 1e-12 for earlier, later in pairwise(slopes))


def test_published_charging_times_are_met() -> None:
    """Makers say: eDeliver 5 40 min and eSprinter 113 kWh 42 min from 10 to 80 %, E-Transit 34 min from 15 to 80 %."""
    for name, power_w, minutes, start in (
        ("maxus-edeliver-5", 100_000.0, 40, 0.10),
        ("mercedes-esprinter-113", 150_000.0, 42, 0.10),
        ("ford-e-transit-350", 150_000.0, 34, 0.15),
    ):
        model = load_models()[name]
        curve = charge_curve(model, power_w, temperature_c=25.0)
        assert curve is not None
        minutes_of_ours = curve.duration_s(start * model.battery_wh, 0.8 * model.battery_wh) / 60
        assert minutes_of_ours == pytest.approx(minutes, rel=0.15), name
    work = load_models()["streetscooter-work-20"]
    curve = charge_curve(work, 3_700.0)
    assert curve is not None
    # Four fifths in 4.5 h on a household socket.
    assert curve.duration_s(0.0, 0.8 * work.battery_wh) / 3_600 == pytest.approx(4.5, rel=0.10)
