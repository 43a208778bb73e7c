from __future__ import annotations

import pytest

from milkfloat.fleet.vans import VanModel


@pytest.fixture
def box() -> VanModel:
    """A van with round figures."""
    return VanModel(
        id="box",
        name="Box",
        battery_wh=10_000.0,
        payload_g=500_000,
        volume_ml=4_000_000,
        curb_mass_g=925_000,  # 1,000 kg with the driver
        drag_area_m2=1.0,
        top_speed_kmh=80.0,
        ac_w=4_000.0,
        dc_curve=((0.0, 20_000.0), (0.5, 20_000.0), (1.0, 4_000.0)),
        rolling=0.010,
        drive_efficiency=0.80,
        recuperation=0.50,
        cabin_w_per_k=40.0,
        base_w=200.0,
    )
