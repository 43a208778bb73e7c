"""Number arrays in JSON: short ones as lists, long ones packed, each written once however often it is used."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from math import prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from milkfloat.routing.formats.text import Faults

Array: TypeAlias = npt.NDArray[Any]

# Above this many values a list is no longer something a person reads.
_LIST_VALUES = 4096
# The most values a packed array may announce: 8 GB, more than any problem we can solve.
_MOST_VALUES = 1 << 30
_TYPES = {"u1": np.uint8, "i4": np.int32, "i8": np.int64, "f8": np.float64}


class ArrayWriter:
    """Collects arrays; ``refer`` gives what stands for one in the document, ``arrays`` is the list they end in."""

    def __init__(self) -> None:
        self.arrays: list[Any] = []
        self._kept: list[Array] = []
        self._index: dict[int, int] = {}

    def refer(self, array: Array) -> dict[str, int]:
        """What stands for ``array`` in the document; the same for the same array."""
        key = id(array)
        if key not in self._index:
            self._index[key] = len(self.arrays)
            self._kept.append(array)  # so that its id stays its own
            self.arrays.append(_encode(array))
        return {"array": self._index[key]}


class ArrayReader:
    """Arrays of a document, each decoded once: users of one array share it."""

    def __init__(self, given: Any, faults: Faults) -> None:
        self._given = given if isinstance(given, list) else []
        self._decoded: dict[tuple[int, str], Array | None] = {}
        self._faults = faults

    def get(self, value: Any, dtype: str, where: str) -> Array | None:
        """An array from a reference, a packed array or nested lists; None, with a fault told, when it is none."""
        if isinstance(value, Mapping) and "array" in value:
            k = value["array"]
            if not isinstance(k, int) or not 0 <= k < len(self._given):
                self._faults.add(where, f"array {k!r} is not one of the {len(self._given)} arrays of the file")
                return None
            if (k, dtype) not in self._decoded:
                self._decoded[k, dtype] = _decode(self._given[k], dtype, f"arrays[{k}]", self._faults)
            return self._decoded[k, dtype]
        return _decode(value, dtype, where, self._faults)


def _encode(array: Array) -> Any:
    if array.size <= _LIST_VALUES and np.isfinite(array).all():
        return array.tolist()
    name = array.dtype.str[1:]
    if name == "f8" and np.isfinite(array).all():
        whole = array.astype(np.int32) if np.abs(array).max(initial=0) < 2**31 else array
        if (whole == array).all():
            array, name = whole, "i4"
    packed = zlib.compress(np.ascontiguousarray(array, dtype="<" + name).tobytes(), level=1)
    return {"shape": list(array.shape), "type": name, "zlib": base64.b64encode(packed).decode()}


def _decode(value: Any, dtype: str, where: str, faults: Faults) -> Array | None:
    try:
        if isinstance(value, Mapping):
            shape = tuple(int(size) for size in value["shape"])
            if min(shape, default=0) < 0 or prod(shape) > _MOST_VALUES:
                raise ValueError(f"shape {shape} is not possible")
            kind = np.dtype(_TYPES[value["type"]]).newbyteorder("<")
            size = prod(shape) * kind.itemsize
            raw = zlib.decompressobj().decompress(base64.b64decode(value["zlib"], validate=True), size + 1)
            if len(raw) != size:
                raise ValueError(
                    f"shape {shape} needs {size} bytes, {'more' if len(raw) > size else len(raw)} are there"
                )
            result = np.frombuffer(raw, dtype=kind).reshape(shape)
        else:
            result = np.array(value, dtype=np.float64)
        wanted = np.dtype(_TYPES[dtype])
        cast = result.astype(wanted)
        if wanted.kind in "iu" and (cast != result).any():
            raise ValueError(f"it holds values that are no {dtype} numbers")
        return cast
    except KeyError as error:
        faults.add(where, f"this is no array: {error} is missing or not known")
    except (TypeError, ValueError, OverflowError, binascii.Error, zlib.error) as error:
        faults.add(where, f"this is no array: {error}")
    return None
