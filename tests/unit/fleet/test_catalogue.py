from __future__ import annotations

import pytest

from milkfloat.errors import InputError
from milkfloat.fleet.catalogue import load_models, read_models

_MODEL = """
[tiny]
name = "Tiny"
battery_kwh = 8
payload_kg = 300
cargo_l = 2_000
curb_kg = 600
drag_area_m2 = 1.0
top_speed_kmh = 45
ac_kw = 2.3
"""


def test_the_catalogue_goes_from_light_vans_to_large_ones() -> None:
    models = list(load_models().values())
    assert len(models) >= 12
    assert models[0].battery_wh < 8_000
    assert sum(8_000 <= model.battery_wh <= 15_000 for model in models) >= 3
    assert models[-1].battery_wh > 100_000
    assert all(model.sources for model in models)


def test_every_figure_has_a_believable_size() -> None:
    for model in load_models().values():
        assert 500 <= model.curb_mass_g / 1_000 <= 3_200, model.id
        # A van stays within 4.25 t with its driver.
        assert model.curb_mass_g / 1_000 + 75 + model.payload_g / 1_000 <= 4_250, model.id
        assert 2_000 <= model.volume_ml / 1_000 <= 16_000, model.id
        assert 0.8 <= model.drag_area_m2 <= 2.0, model.id


def test_units_are_ours() -> None:
    (model,) = read_models(_MODEL).values()
    assert (model.battery_wh, model.payload_g, model.volume_ml) == (8_000, 300_000, 2_000_000)
    assert (model.curb_mass_g, model.ac_w, model.dc_curve) == (600_000, 2_300, ())


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("battery_kwh = 8\n", ""), "catalogue.toml:tiny.battery_kwh: is missing"),
        (("battery_kwh = 8", "battery_kwh = 0"), "catalogue.toml:van model tiny.battery_wh: 0 is not more than 0"),
        (("ac_kw = 2.3", "ac_kw = 'x'"), "catalogue.toml:tiny.ac_kw: 'x' is no number"),
        (("ac_kw", "wings"), "catalogue.toml:tiny.wings: this key is not known"),
        (("= 2.3", "= 2.3\ndc_curve_pct_kw = [[0, 50], [90, 20]]"), "tiny.dc_curve: [0.0, 0.9] does not ascend from 0"),
    ],
)
def test_what_is_wrong_with_a_model_is_said(change: tuple[str, str], fault: str) -> None:
    with pytest.raises(InputError) as caught:
        read_models(_MODEL.replace(*change))
    assert any(fault in str(found) for found in caught.value.faults)
