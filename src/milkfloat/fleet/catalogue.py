"""The catalogue of van types that comes with Milkfloat: published figures with their sources, assumptions named."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from milkfloat.errors import Fault, InputError
from milkfloat.fleet.vans import VanModel

# Key of the file -> attribute and factor from the unit people use to ours.
_NUMBERS = {
    "battery_kwh": ("battery_wh", 1_000.0),
    "payload_kg": ("payload_g", 1_000.0),
    "cargo_l": ("volume_ml", 1_000.0),
    "curb_kg": ("curb_mass_g", 1_000.0),
    "drag_area_m2": ("drag_area_m2", 1.0),
    "top_speed_kmh": ("top_speed_kmh", 1.0),
    "ac_kw": ("ac_w", 1_000.0),
    "rolling": ("rolling", 1.0),
    "drive_efficiency": ("drive_efficiency", 1.0),
    "recuperation": ("recuperation", 1.0),
    "cabin_w_per_k": ("cabin_w_per_k", 1.0),
    "base_w": ("base_w", 1.0),
    "published_kwh_per_100km": ("published_wh_per_km", 10.0),
}
_WHOLE = {"payload_g", "volume_ml", "curb_mass_g"}
_TEXTS = {"name", "published_basis"}


@cache
def load_models() -> Mapping[str, VanModel]:
    """The types of vans in the catalogue by id, the lightest battery first."""
    text = files("milkfloat.fleet").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return MappingProxyType(read_models(text))


def read_models(text: str, *, source: str = "catalogue.toml") -> dict[str, VanModel]:
    """
    Types of vans from a TOML text with one table per type.

    Raises
    ------
    InputError
        Naming every type and key that is wrong.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(Fault(source, str(error))) from None
    models: dict[str, VanModel] = {}
    faults: list[Fault] = []
    for model_id, values in document.items():
        try:
            models[model_id] = _model(model_id, values)
        except InputError as error:
            faults += [Fault(f"{source}:{fault.where}", fault.message) for fault in error.faults]
    if faults:
        raise InputError(faults)
    return dict(sorted(models.items(), key=lambda item: item[1].battery_wh))


def model_key(name: str) -> str:
    """A name as it is compared: without case, spaces and punctuation."""
    return "".join(character for character in name.casefold() if character.isalnum())


def _model(model_id: str, values: Any) -> VanModel:
    if not isinstance(values, dict):
        raise InputError(Fault(model_id, "this is no table"))
    unknown = values.keys() - _NUMBERS.keys() - _TEXTS - {"dc_curve_pct_kw", "sources", "assumed"}
    faults = [Fault(f"{model_id}.{key}", "this key is not known") for key in sorted(unknown)]
    given: dict[str, Any] = {"id": model_id, "name": values.get("name", model_id)}
    for key, (attribute, factor) in _NUMBERS.items():
        value = values.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float | None):
            faults.append(Fault(f"{model_id}.{key}", f"{value!r} is no number"))
        elif value is not None:
            given[attribute] = round(value * factor) if attribute in _WHOLE else value * factor
    given["published_basis"] = str(values.get("published_basis", ""))
    given["dc_curve"] = tuple((soc / 100, kw * 1_000) for soc, kw in values.get("dc_curve_pct_kw", ()))
    given |= {key: tuple(values.get(key, ())) for key in ("sources", "assumed")}
    missing = [key for key, (name, _) in _NUMBERS.items() if name not in given and name in _REQUIRED]
    faults += [Fault(f"{model_id}.{key}", "is missing") for key in missing]
    if faults:
        raise InputError(faults)
    return VanModel(**given)


_REQUIRED = {
    *("battery_wh", "payload_g", "volume_ml", "curb_mass_g", "drag_area_m2", "top_speed_kmh", "ac_w"),
}
