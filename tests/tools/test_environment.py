"""The project's own environment, made with nothing but a shell and Python."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNDER_IT = ("cat", "cmp", "cp", "rm")

pytestmark = pytest.mark.slow


def project(folder):
    """A project without dependencies."""
    (folder / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "environment", folder / "tools")
    (folder / "requirements.lock").touch()
    (folder / "requirements-dev.lock").touch()
    return folder


def bare_path(folder):
    """A PATH on which there is no Python yet."""
    folder.mkdir()
    for name in UNDER_IT:
        (folder / name).symlink_to(shutil.which(name))
    return folder


@pytest.fixture
def folder(tmp_path):
    return project(tmp_path / "a project")


@pytest.fixture
def programs(tmp_path):
    return bare_path(tmp_path / "bin")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """(folder, programs, what was said) of a project whose environment was made, in a path with a space."""
    home = tmp_path_factory.mktemp("made")
    folder, programs = project(home / "a project"), bare_path(home / "bin")
    (programs / "python3").symlink_to(sys.executable)
    return folder, programs, make(folder, programs, "dev")


def make(folder, programs, *arguments):
    command = ["/bin/sh", "tools/environment", *arguments]
    return subprocess.run(
        command, cwd=folder, env={"PATH": str(programs)}, capture_output=True, text=True, check=False, timeout=120
    )


def fake(programs, name, script):
    path = programs / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_without_python_it_says_what_is_needed(folder, programs):
    made = make(folder, programs)

    assert made.returncode == 1
    assert "Python 3.11 or newer is needed" in made.stderr
    assert not (folder / ".venv").exists()


def test_a_python_that_is_too_old_is_passed_over(folder, programs):
    fake(programs, "python3", "exit 1")
    fake(programs, "python3.13", 'case "$1 $2" in "-m venv") echo "$@" > asked; exit 1 ;; *) exit 0 ;; esac')

    make(folder, programs)

    assert (folder / "asked").read_text() == "-m venv --clear .venv\n"


def test_a_python_without_venv_is_told_of_in_words(folder, programs):
    fake(programs, "python3", 'case "$2" in *version_info*) exit 0 ;; *) exit 1 ;; esac')

    made = make(folder, programs)

    assert made.returncode == 1
    assert "apt-get install python3-venv" in made.stderr
    assert "Traceback" not in made.stderr


def test_the_second_time_nothing_is_done(made):
    folder, programs, first = made

    again, smaller = make(folder, programs, "dev"), make(folder, programs)

    assert first.returncode == again.returncode == smaller.returncode == 0
    assert "Installing" in first.stderr
    assert again.stderr == smaller.stderr == ""


def test_a_changed_lock_is_installed(made):
    folder, programs, _first = made
    (folder / "requirements.lock").write_text("# changed\n")

    changed = make(folder, programs)

    assert changed.returncode == 0
    assert "Installing what requirements.lock names" in changed.stderr
    assert "Making" not in changed.stderr


def test_a_lock_without_hashes_is_refused(made):
    folder, programs, _first = made
    (folder / "requirements.lock").write_text("flask==3.1.3\n")

    refused = make(folder, programs)

    assert refused.returncode == 1
    assert "Not everything could be installed" in refused.stderr
    (folder / "requirements.lock").write_text("")


def test_a_folder_that_was_moved_gets_a_new_environment(made):
    folder, programs, _first = made
    moved = folder.rename(folder.with_name("elsewhere"))

    anew = make(moved, programs)

    assert anew.returncode == 0
    assert "Making" in anew.stderr
    assert str(moved) in (moved / ".venv" / "bin" / "pip").read_text()
    moved.rename(folder)
