"""The demo's city, opened once."""

from __future__ import annotations

import pytest

from milkfloat.app.maps import City, open_map
from milkfloat.sim.demo_map import demo_map


@pytest.fixture(scope="session")
def helsinki(tmp_path_factory: pytest.TempPathFactory) -> City:
    return open_map(demo_map(), cache=tmp_path_factory.mktemp("maps"))
