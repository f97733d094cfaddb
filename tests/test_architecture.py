"""The house rules that no library checks: names, lengths, the last word of a GET."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from campaign import ROOT

MODULES = sorted((ROOT / "campaign").rglob("*.py"))
DRAWERS = {"utils", "util", "helpers", "common", "core", "lib", "base", "services", "service", "manager", "misc"}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_floors_and_the_order_of_features_hold():
    checked = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_stays_readable(path):
    assert len(path.read_text().splitlines()) <= 300


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_is_named_for_what_it_does_and_says_what_it_is(path):
    assert path.stem not in DRAWERS
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_nothing_of_ours_is_imported_late(path):
    tree = ast.parse(path.read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    late = [
        ast.unparse(node)
        for function in functions
        if (path.name, function.name) != ("__init__.py", "faces")
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and "campaign" in ast.unparse(node)
    ]

    assert late == []


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.name == "__init__.py" and path.parent.name != "campaign"], ids=named
)
def test_a_feature_begins_with_one_docstring(path):
    [only] = ast.parse(path.read_text()).body

    assert isinstance(only, ast.Expr)
