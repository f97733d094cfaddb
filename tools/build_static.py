"""Build what browsers load: `static/build/`, from `static/{css,fonts,img,js,vendor}/`.

    python -m tools.build_static            write it
    python -m tools.build_static --check    exit 1 if what is committed differs from what would be written

Every built file carries a hash of its bytes in its name, so it may be cached for ever. `manifest.json` maps the
names that templates use to the built ones, both relative to `static/`:

    {"site.css": "build/site.5f0c2c1b9a.css", "img/icon.png": "build/icon.8a1d3d2f4e.png", …}

The result is committed: running and deploying need no build step.

Scripts of others stand in `static/vendor/`, each with an entry in `vendor.toml` (package, version, SHA-256, licence).
One that is missing there, or whose bytes aren't those, stops the build.
"""

import hashlib
import json
import re
import sys
import tomllib
from pathlib import Path

import lightningcss

STATIC = Path(__file__).parent.parent / "static"

# The oldest browsers that know CSS grid and custom properties.
FLOOR = ["chrome 57", "safari 11", "firefox 52"]

KEPT = ("fonts/*.woff2", "img/*", "js/*.js", "vendor/*.js")

URL = re.compile(r"""url\(["']?\.\./([^"')]+)["']?\)""")


def build(static: Path) -> dict[str, bytes]:
    """Every file of the build folder, by name, `manifest.json` among them. The same input gives the same bytes."""
    files: dict[str, bytes] = {}
    manifest: dict[str, str] = {}

    def keep(name: str, content: bytes) -> str:
        stem, dot, suffix = Path(name).name.partition(".")
        built = f"{stem}.{hashlib.sha256(content).hexdigest()[:10]}{dot}{suffix}"
        files[built] = content
        manifest[name] = f"build/{built}"
        return built

    check_vendored(static)
    for path in sorted(path for kind in KEPT for path in static.glob(kind)):
        keep(path.relative_to(static).as_posix(), path.read_bytes())

    css = lightningcss.bundle_css(str(static / "css" / "site.css"), browsers_list=FLOOR)
    css = URL.sub(lambda match: f"url({Path(manifest[match[1]]).name})", css) + chart_sizes()
    keep("site.css", css.encode())
    files["manifest.json"] = (json.dumps(manifest, indent=2, sort_keys=True) + "\n").encode()
    return files


def check_vendored(static: Path) -> None:
    """Raises NotPinned if a script of others isn't the one that was looked at."""
    pinned = tomllib.loads((static / "vendor" / "vendor.toml").read_text())
    for path in static.glob("vendor/*.js"):
        entry = pinned.get(path.name, {})
        if hashlib.sha256(path.read_bytes()).hexdigest() != entry.get("sha256"):
            raise NotPinned(f"{path.name} isn't what static/vendor/vendor.toml says: look at it, then write its hash.")


class NotPinned(Exception):
    """A script that nobody answers for."""


def chart_sizes() -> str:
    """One class per percent: the strict CSP forbids `style=`, which charts would else carry their sizes in."""
    return "".join(f".v{n}{{--v:{n}}}" for n in range(101)) + "\n"


def stale(static: Path) -> list[str]:
    """Names of built files that are missing, changed or left over."""
    wanted = build(static)
    found = {path.name: path.read_bytes() for path in (static / "build").glob("*")}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def write(static: Path) -> None:
    """Make the build folder what it should be."""
    folder = static / "build"
    folder.mkdir(exist_ok=True)
    for name in stale(static):
        (folder / name).unlink(missing_ok=True)
    for name, content in build(static).items():
        (folder / name).write_bytes(content)


def main(arguments: list[str]) -> int:
    """Write, or check with `--check`."""
    if arguments == ["--check"]:
        if names := stale(STATIC):
            print(f"static/build is stale ({', '.join(names)}). Run `make css` and commit it.")
            return 1
        return 0
    write(STATIC)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
