"""
A flat file of named arrays: read by mapping bytes, without copying or parsing them.

Layout: 8 bytes of magic, 8 bytes length of the header, the header (JSON: arrays with type, shape and offset, and free
values), then the arrays, each at a multiple of 64 bytes. Numbers are little-endian.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from milkfloat.errors import Fault, InputError

_ALIGN = 64


def pack(magic: bytes, arrays: Mapping[str, npt.NDArray[Any]], values: Mapping[str, Any]) -> bytes:
    """Arrays and JSON values as bytes; ``magic`` names the kind and version of the content, 8 bytes."""
    assert len(magic) == 8
    table, parts, offset = {}, [], 0
    for name, array in arrays.items():
        flat = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
        data = flat.tobytes()
        table[name] = {"type": flat.dtype.str, "shape": array.shape, "offset": offset}
        padding = -len(data) % _ALIGN
        parts += [data, b"\0" * padding]
        offset += len(data) + padding
    body = b"".join(parts)
    header = json.dumps(
        {"arrays": table, "values": dict(values), "size": len(body), "check": zlib.crc32(body)}, separators=(",", ":")
    ).encode()
    header += b" " * (-(len(header) + 16) % _ALIGN)
    return magic + len(header).to_bytes(8, "little") + header + body


def unpack(magic: bytes, data: bytes, *, what: str) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """
    Arrays (read-only views of ``data``) and values.

    Raises
    ------
    InputError
        When the bytes are of another kind or version, incomplete or damaged.
    """
    if data[:8] != magic:
        raise InputError(Fault(what, f"starts with {data[:8]!r}, not {magic!r}: of another kind or version"))
    header_size = int.from_bytes(data[8:16], "little")
    try:
        header = json.loads(data[16 : 16 + header_size])
    except ValueError as error:
        raise InputError(Fault(what, "its header is damaged")) from error
    body = memoryview(data)[16 + header_size :]
    if len(body) != header["size"] or zlib.crc32(body) != header["check"]:
        raise InputError(Fault(what, f"is damaged: {len(body):,} of {header['size']:,} bytes, or changed ones"))
    arrays = {}
    for name, entry in header["arrays"].items():
        count = int(np.prod(entry["shape"], dtype=np.int64))
        array = np.frombuffer(body, np.dtype(entry["type"]), count, entry["offset"]).reshape(entry["shape"])
        arrays[name] = array
    return arrays, header["values"]
