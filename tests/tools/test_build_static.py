"""What browsers load is built from readable parts."""

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from tools.build_static import STATIC, NotPinned, build, stale, write


@pytest.fixture
def static(tmp_path):
    """A copy of static/ that tests may change."""
    return Path(shutil.copytree(STATIC, tmp_path / "static"))


def test_what_is_committed_is_what_the_sources_say():
    assert stale(STATIC) == []


def test_a_change_gives_a_new_name_and_leaves_no_old_file(static):
    before = json.loads((static / "build" / "manifest.json").read_text())
    with (static / "css" / "base.css").open("a") as css:
        css.write("em { color: red; }\n")

    assert stale(static)
    write(static)

    after = json.loads((static / "build" / "manifest.json").read_text())
    assert after["site.css"] != before["site.css"]
    assert not (static / before["site.css"]).exists()
    assert "em{color:red}" in (static / after["site.css"]).read_text()
    assert stale(static) == []


def test_every_name_in_the_manifest_and_in_the_stylesheet_is_a_file():
    manifest = json.loads((STATIC / "build" / "manifest.json").read_text())
    css = (STATIC / manifest["site.css"]).read_text()

    assert all((STATIC / built).is_file() for built in manifest.values())
    assert all((STATIC / "build" / name).is_file() for name in re.findall(r"url\(([^)]+)\)", css))


def test_old_browsers_find_nothing_that_makes_them_drop_a_rule():
    css = build(STATIC)[Path(json.loads(build(STATIC)["manifest.json"])["site.css"]).name].decode()

    assert "@layer" not in css
    assert "&" not in css
    assert "@import" not in css
    for rule in re.findall(r"([^{}]*:has\([^{}]*)\{", css):
        assert "," not in re.sub(r"\([^)]*\)", "", rule)


def test_every_percent_of_a_chart_has_its_class():
    [css] = [content.decode() for name, content in build(STATIC).items() if name.endswith(".css")]

    assert all(f".v{n}{{--v:{n}}}" in css for n in range(101))


def test_scripts_are_built_under_names_that_carry_their_hashes(static):
    (static / "js").mkdir(exist_ok=True)
    (static / "js" / "example.js").write_text("'use strict';\n")

    write(static)

    manifest = json.loads((static / "build" / "manifest.json").read_text())
    assert re.fullmatch(r"build/example\.[0-9a-f]{10}\.js", manifest["js/example.js"])
    assert re.fullmatch(r"build/htmx\.[0-9a-f]{10}\.min\.js", manifest["vendor/htmx.min.js"])
    assert (static / manifest["js/example.js"]).read_text() == "'use strict';\n"


def test_a_script_of_others_that_nobody_looked_at_stops_the_build(static):
    with (static / "vendor" / "htmx.min.js").open("a") as script:
        script.write("// changed\n")

    with pytest.raises(NotPinned, match="htmx"):
        build(static)


def test_every_script_of_others_stands_with_its_licence_and_version_in_the_list_of_dependencies():
    pinned = tomllib.loads((STATIC / "vendor" / "vendor.toml").read_text())
    written = (STATIC.parent / "docs" / "dependencies.md").read_text()

    assert pinned.keys() == {path.name for path in (STATIC / "vendor").glob("*.js")}
    for entry in pinned.values():
        assert (STATIC / "vendor" / entry["licence_file"]).is_file()
        assert f"{entry['package']} {entry['version']}" in written
        assert entry["sha256"] in written
