"""
Milkfloat: runs a fleet of electric delivery vans and finances it.

The names below are what most programs need; each is loaded when it is first used, so importing the package costs
nothing. Everything else is where ARCHITECTURE.md says.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from milkfloat.app.conditions import Conditions
    from milkfloat.app.day_input import read_day
    from milkfloat.app.maps import open_map
    from milkfloat.app.plan import plan_day
    from milkfloat.app.report.page import report_html
    from milkfloat.app.solve import load
    from milkfloat.errors import InputError
    from milkfloat.routing.check import violations
    from milkfloat.routing.problem import Problem
    from milkfloat.routing.solve import solve

__all__ = [
    "Conditions",
    "InputError",
    "Problem",
    "load",
    "open_map",
    "plan_day",
    "read_day",
    "report_html",
    "solve",
    "violations",
]

_HOMES = {
    "Conditions": "milkfloat.app.conditions",
    "InputError": "milkfloat.errors",
    "Problem": "milkfloat.routing.problem",
    "load": "milkfloat.app.solve",
    "open_map": "milkfloat.app.maps",
    "plan_day": "milkfloat.app.plan",
    "read_day": "milkfloat.app.day_input",
    "report_html": "milkfloat.app.report.page",
    "solve": "milkfloat.routing.solve",
    "violations": "milkfloat.routing.check",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
