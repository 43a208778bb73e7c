"""The hash by which a plan names the problem it was made for."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import numpy as np

from milkfloat.routing.problem import Problem


def problem_hash(problem: Problem) -> str:
    """SHA-256 over every value of ``problem``; equal problems have equal hashes, on every machine."""
    encoder = msgspec.msgpack.Encoder(enc_hook=_array_bytes, order="deterministic")
    return "sha256:" + hashlib.sha256(encoder.encode(problem)).hexdigest()


def _array_bytes(array: Any) -> Any:
    # Adding zero makes the negative zero, which compares equal to it, the same bytes too.
    little = np.ascontiguousarray(array + array.dtype.type(0)).astype(array.dtype.newbyteorder("<"))
    return little.dtype.str, little.shape, little.tobytes()
