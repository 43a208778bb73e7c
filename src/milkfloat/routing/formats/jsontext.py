"""JSON documents: bytes in, plain values out, faults with their line."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from milkfloat.errors import Fault, InputError
from milkfloat.routing.formats.text import decode


def parse(data: bytes, source: str) -> Any:
    """
    The value a JSON document holds.

    Raises
    ------
    InputError
        With the line at which the document breaks.
    """
    text = decode(data, source)
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        reason = str(error)
    try:
        json.loads(text, parse_constant=lambda name: _refuse(name, source))
    except json.JSONDecodeError as error:
        raise InputError(Fault(f"{source}:{error.lineno}", f"not JSON: {error.msg}, column {error.colno}")) from None
    except RecursionError:
        raise InputError(Fault(source, "not readable: values are nested too deeply")) from None
    raise InputError(Fault(source, f"not JSON: {reason}"))


def _refuse(name: str, source: str) -> float:
    raise InputError(Fault(source, f"not JSON: {name} is no number"))
