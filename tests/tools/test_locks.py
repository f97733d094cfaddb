"""The locks say exactly what is installed."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def entries(lock):
    """(name, version, its hashes) of each entry. A package has several where Python versions need different ones."""
    blocks = re.findall(r"^([a-z0-9._-]+)==(\S+)((?:.*\\\n)+.*)", (ROOT / lock).read_text(), re.MULTILINE)
    return [(name, version, re.findall(r"--hash=sha256:([0-9a-f]{64})", rest)) for name, version, rest in blocks]


def named(file):
    names = re.findall(r"^([A-Za-z][A-Za-z0-9._-]*)", (ROOT / file).read_text(), re.MULTILINE)
    return {re.sub(r"[._]", "-", name.lower()) for name in names}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_has_a_version_and_hashes(lock):
    text = (ROOT / lock).read_text()

    assert len(entries(lock)) == len(re.findall(r"^[a-z]", text, re.MULTILINE))
    assert all(hashes for _name, _version, hashes in entries(lock))


@pytest.mark.parametrize("lock", LOCKS)
def test_no_package_index_is_named(lock):
    assert not re.search(r"https?://|--index|--find-links", (ROOT / lock).read_text())


def test_tests_run_with_the_versions_that_the_site_runs_with():
    site, tests = ({(name, version) for name, version, _hashes in entries(lock)} for lock in LOCKS)

    assert site <= tests


def test_what_is_named_is_locked_and_explained():
    explained = (ROOT / "docs" / "dependencies.md").read_text().lower()

    for file, lock in zip(("requirements.txt", "requirements-dev.txt"), LOCKS, strict=True):
        locked = {name for name, _version, _hashes in entries(lock)}
        for name in named(file):
            assert name in locked
            assert re.search(rf"\b{name}\b", explained), f"{name} has no row in docs/dependencies.md"
