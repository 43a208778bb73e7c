"""The reference names every address of the service."""

from __future__ import annotations

from pathlib import Path

from milkfloat.server.app import create_app
from milkfloat.server.services import Services

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "http.md"


def test_every_address_stands_in_the_reference(services: Services) -> None:
    text = PAGE.read_text(encoding="utf-8")
    paths = create_app(services).openapi()["paths"]
    missing = sorted(path for path in paths if path.rstrip("/") not in text)
    assert not missing, f"docs/reference/http.md does not name {', '.join(missing)}"
