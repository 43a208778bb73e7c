"""Names for the array types of this package; the shape of each array is stated where it is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Float64: TypeAlias = npt.NDArray[np.float64]
Float32: TypeAlias = npt.NDArray[np.float32]
Int64: TypeAlias = npt.NDArray[np.int64]
Int32: TypeAlias = npt.NDArray[np.int32]
Int8: TypeAlias = npt.NDArray[np.int8]
UInt8: TypeAlias = npt.NDArray[np.uint8]
Bool: TypeAlias = npt.NDArray[np.bool_]

# Called with the name of the phase and the part of it that is done, 0 to 1. Raising from it ends the work.
Progress: TypeAlias = Callable[[str, float], None]

# Travel time, distance or edge time of what cannot be reached or entered.
UNREACHABLE = int(np.iinfo(np.int32).max)
