"""Key files: made once, whole, and for nobody else's eyes."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from campaign import keyfiles
from campaign.keyfiles import KeysUnusable
from campaign.sealing import Context, Keyring, Sealer

HERE = Context("contact", 7, "rsvp-1")


@pytest.fixture
def keys_dir(tmp_path):
    folder = tmp_path / "keys"
    keyfiles.make(folder)
    return folder


def test_the_first_run_makes_files_for_their_owner_alone(tmp_path):
    before = os.umask(0)
    try:
        keyfiles.make(tmp_path / "new" / "keys")
    finally:
        os.umask(before)

    keys = tmp_path / "new" / "keys"
    assert _modes(keys) == {
        ".": 0o700,
        "web": 0o700,
        "web/intake-1.pub": 0o600,
        "worker": 0o700,
        "worker/epoch-1.key": 0o600,
        "worker/intake-1.key": 0o600,
        "worker/mail-1.key": 0o600,
    }


def test_a_second_run_changes_nothing(keys_dir):
    before = _contents(keys_dir)

    keyfiles.make(keys_dir)

    assert _contents(keys_dir) == before


def test_the_web_folder_holds_nothing_of_the_private_keys(keys_dir):
    private = b"".join(path.read_bytes() for path in (keys_dir / "worker").iterdir())
    [public] = (keys_dir / "web").iterdir()

    windows = {private[at : at + 8] for at in range(len(private) - 7)}
    assert not any(public.read_bytes()[at : at + 8] in windows for at in range(1216 - 7))
    assert len(public.read_bytes()) == 1216


def test_a_first_run_that_was_killed_half_way_is_finished_by_the_next(keys_dir):
    kept = (keys_dir / "worker" / "epoch-1.key").read_bytes()
    (keys_dir / "worker" / "intake-1.key").unlink()
    (keys_dir / "web" / "intake-1.pub").unlink()

    keyfiles.make(keys_dir)

    assert (keys_dir / "worker" / "epoch-1.key").read_bytes() == kept
    assert Keyring(keys_dir).open(Sealer(keys_dir).seal(b"x", HERE), HERE) == b"x"


def test_a_draft_left_by_a_killed_process_is_not_taken_for_a_key(keys_dir):
    (keys_dir / "worker" / ".half").write_bytes(b"ab")
    (keys_dir / "worker" / "epoch-2.key.bak").write_bytes(b"ab")

    assert list(keyfiles.epochs(keys_dir)) == [1]


def test_folders_that_an_administrator_has_made_are_used(tmp_path):
    for name in ("web", "worker"):
        (tmp_path / "keys" / name).mkdir(mode=0o700, parents=True)

    keyfiles.make(tmp_path / "keys")

    assert Keyring(tmp_path / "keys").open(Sealer(tmp_path / "keys").seal(b"x", HERE), HERE) == b"x"


def test_threads_that_start_at_once_end_with_the_same_keys(tmp_path):
    for round_ in range(20):
        keys = tmp_path / str(round_)
        with ThreadPoolExecutor(8) as crowd:
            list(crowd.map(keyfiles.make, [keys] * 8))

        assert len(_contents(keys)) == 4
        assert Keyring(keys).open(Sealer(keys).seal(b"x", HERE), HERE) == b"x"


PROCESS = """
import sys, time
from pathlib import Path
from campaign import keyfiles
from campaign.sealing import Context, Keyring, Sealer
rounds = Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for number in range(12):
    keys, here = rounds / str(number), Context("contact", 7, "x")
    keyfiles.make(keys)
    print(Sealer(keys).seal(b"me", here).hex(), Keyring(keys).new_vault(7)[2].hex(), flush=True)
"""


def test_processes_that_start_at_once_end_with_the_same_keys(tmp_path):
    crowd = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in crowd:
        assert process.stdout.readline() == "ready\n"
    for process in crowd:
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0].splitlines() for process in crowd]

    assert [len(lines) for lines in said] == [12, 12, 12]
    for lines in said:
        for number, line in enumerate(lines):
            box, wrapped = map(bytes.fromhex, line.split())
            keyring = Keyring(tmp_path / str(number))
            assert keyring.open(box, Context("contact", 7, "x")) == b"me"
            keyring.vault(wrapped, 7)


@pytest.mark.parametrize(
    ("what", "mode"),
    [
        ("worker/epoch-1.key", 0o640),
        ("worker/intake-1.key", 0o604),
        ("worker/intake-1.key", 0o660),
        ("worker", 0o750),
        ("worker", 0o701),
        (".", 0o770),
        (".", 0o702),
    ],
)
def test_the_worker_does_not_start_when_others_can_get_at_its_keys(keys_dir, what, mode):
    (keys_dir / what).chmod(mode)

    with pytest.raises(KeysUnusable, match=r"Other users can get at .*chmod go-") as refused:
        Keyring(keys_dir)
    assert f"{mode:04o}" in str(refused.value)


@pytest.mark.parametrize(("what", "mode"), [("web/intake-1.pub", 0o644), ("web", 0o755), (".", 0o777)])
def test_the_web_process_does_not_start_when_others_can_get_at_its_keys(keys_dir, what, mode):
    (keys_dir / what).chmod(mode)

    with pytest.raises(KeysUnusable, match=r"Other users can get at"):
        Sealer(keys_dir)


def test_no_key_is_put_where_others_can_get_at_it(tmp_path):
    (tmp_path / "keys" / "worker").mkdir(parents=True)
    (tmp_path / "keys" / "worker").chmod(0o755)

    with pytest.raises(KeysUnusable, match="Other users can get at"):
        keyfiles.make(tmp_path / "keys")
    assert list((tmp_path / "keys" / "worker").iterdir()) == []


def test_a_start_without_keys_says_who_makes_them(tmp_path):
    with pytest.raises(KeysUnusable, match="The worker makes the keys when it first starts"):
        Sealer(tmp_path / "keys")
    with pytest.raises(KeysUnusable, match="The worker makes the keys when it first starts"):
        Keyring(tmp_path / "keys")


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 5000])
@pytest.mark.parametrize("what", ["web/intake-1.pub", "worker/epoch-1.key", "worker/intake-1.key"])
def test_a_damaged_file_is_named(keys_dir, what, content):
    (keys_dir / what).write_bytes(content)

    with pytest.raises(KeysUnusable, match=what.split("/")[1]):
        (Sealer if what.startswith("web") else Keyring)(keys_dir)


def test_a_public_key_that_is_none_is_refused(keys_dir):
    (keys_dir / "web" / "intake-1.pub").write_bytes(b"\xff" * 1216)

    with pytest.raises(KeysUnusable, match="damaged"):
        Sealer(keys_dir)


def test_a_public_key_whose_private_half_is_lost_is_refused_before_anything_is_sealed_to_it(keys_dir):
    (keys_dir / "worker" / "intake-1.key").unlink()

    with pytest.raises(KeysUnusable, match="no match"):
        keyfiles.make(keys_dir)


def _modes(folder):
    return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}


def _contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
