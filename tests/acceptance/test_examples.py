"""The examples do what the README says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import milkfloat
from milkfloat.sim.demo_map import demo_map

_ROOT = Path(__file__).resolve().parents[2]


def test_a_plan_on_a_map_in_fifteen_lines(tmp_path: Path) -> None:
    script = _ROOT / "examples" / "plan_on_a_map.py"
    page = tmp_path / "report.html"
    ran = subprocess.run(
        [sys.executable, str(script), str(demo_map()), str(page)], capture_output=True, text=True, check=True
    )
    lines = ran.stdout.splitlines()
    assert lines
    assert all("km, never below" in line for line in lines)
    text = page.read_text()
    assert "40 of 40" in text
    assert "<svg" in text
    assert not re.search(r'(src="|<link[^>]+href="|url\()["\']?https?:', text), "the page would ask another machine"
    code = [line for line in script.read_text().splitlines() if line and not line.startswith(("import", "from", '"""'))]
    assert len(code) <= 15
    assert script.read_text().split('"""', 2)[2].strip() in (_ROOT / "README.md").read_text()


def test_the_names_of_the_package_are_there() -> None:
    assert all(callable(getattr(milkfloat, name)) for name in milkfloat.__all__)
    assert set(milkfloat.__all__) <= set(dir(milkfloat))


def test_importing_the_package_loads_nothing_heavy() -> None:
    probe = "import sys, milkfloat; print([m for m in ('numpy', 'osmium', 'rich', 'typer') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
