"""The order of the layers, held in C++ as the import contract holds it in Python."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CPP = ROOT / "src" / "cpp"
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
SOURCES = sorted(path for path in CPP.rglob("*") if path.suffix in {".h", ".cpp"})


def _layers() -> list[set[str]]:
    """Packages by layer, the highest first, as pyproject.toml lists them for the import contract."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = [c for c in settings["tool"]["importlinter"]["contracts"] if c["type"] == "layers"]
    return [{name.strip(" ()") for name in layer.split("|")} for layer in contract["layers"]]


def _rank(package: str) -> int:
    """Number of the layer of ``package``, 0 for the highest."""
    (rank,) = [rank for rank, names in enumerate(_layers()) if package in names]
    return rank


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(CPP)))
def test_an_include_points_to_its_own_package_or_down(source: Path) -> None:
    package = source.relative_to(CPP).parts[0]
    for name in INCLUDE.findall(source.read_text(encoding="utf-8")):
        # A quoted include is looked for beside its file first, then from src/cpp on.
        found = next((path for path in (source.parent / name, CPP / name) if path.is_file()), None)
        assert found is not None, f"{name} is neither beside {source.name} nor in src/cpp"
        other = found.resolve().relative_to(CPP).parts[0]
        assert other == package or _rank(other) > _rank(package), f"{package} stands below {other} or beside it"


def test_a_cpp_package_mirrors_a_python_package() -> None:
    packages = {path.relative_to(CPP).parts[0] for path in SOURCES}
    assert packages
    assert all((ROOT / "src" / "milkfloat" / package / "__init__.py").is_file() for package in packages)
