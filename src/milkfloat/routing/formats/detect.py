"""Which format a file is in, told by its first bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from milkfloat.routing.formats import evrpnl, lilim, mamut, milkfloat, schneider, solomon, vroom, vrplib

Format: TypeAlias = Literal["vroom", "solomon", "vrplib", "schneider", "evrpnl", "lilim", "mamut", "milkfloat"]

_LOOKS: tuple[tuple[Format, Callable[[str], bool]], ...] = (
    ("milkfloat", milkfloat.looks_like),
    ("mamut", mamut.looks_like),
    ("vroom", vroom.looks_like),
    ("evrpnl", evrpnl.looks_like),
    ("schneider", schneider.looks_like),
    ("vrplib", vrplib.looks_like),
    ("solomon", solomon.looks_like),
    ("lilim", lilim.looks_like),
)


def detect(data: bytes) -> Format | None:
    """
    The format of a file, or None when it is in none that we read.

    Parameters
    ----------
    data
        The unpacked content. JSON formats are told apart by the keys they hold, which may stand anywhere.
    """
    is_json = data[:256].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    head = (data if is_json else data[:4096]).decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")
    return next((name for name, looks_like in _LOOKS if looks_like(head)), None)
