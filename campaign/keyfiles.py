"""The files that keys are kept in, made at the first run and for their owner's eyes only.

`KEYS_DIR`/web holds what the web process may know, `KEYS_DIR`/worker what only the worker may:

    web/intake-1.pub      public part of the intake pair: 1,184 octets of ML-KEM-768, then 32 of X25519
    worker/intake-1.key   its private part: the seed of ML-KEM, 64 octets, then 32 of X25519
    worker/epoch-1.key    the key that the actions' keys are wrapped under: 32 octets
    worker/mail-1.key     what signs envelope senders and makes digests of addresses that aren't written to: 32 octets

The number is the key's id, and stands in every blob that needs it. Several may lie side by side while
keys are being renewed; the highest is the one to use. HPKE's hybrid keys have no serialiser, hence the parts.
"""

import os
import re
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from campaign import tokens

EPOCH, MAIL, PRIVATE, PUBLIC = 32, 32, 64 + 32, 1184 + 32  # octets
_SEED, _KEM = 64, 1184  # octets of the ML-KEM part


class KeysUnusable(Exception):
    """The key files aren't there, aren't whole, or aren't ours alone. In words, for who starts the process."""


def make(keys_dir: Path) -> None:
    """The first run's keys: `keys_dir`/worker with an epoch key and an intake key, `keys_dir`/web with what of it is
    public. Whatever is there stays. Safe while other processes do the same: all end with the same keys.

    For the worker and the commands; the web process needs none of this and can do without `keys_dir`/worker.
    Folders are made for their owner alone (0700), files too (0600). Raises KeysUnusable.
    """
    worker, web = keys_dir / "worker", keys_dir / "web"
    for folder in (keys_dir, worker, web):
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_open_folder(worker)
    _refuse_open_folder(web)
    if not _files(worker, "epoch", "key"):
        _put(worker / "epoch-1.key", tokens.octets(EPOCH))
    if not _files(worker, "intake", "key"):
        kem, dh = MLKEM768PrivateKey.generate(), X25519PrivateKey.generate()
        _put(worker / "intake-1.key", kem.private_bytes_raw() + dh.private_bytes_raw())
    add_mail_key(keys_dir)
    publics = {number: _public_of(key) for number, key in _read(worker, "intake", "key", PRIVATE).items()}
    for number, public in publics.items():
        _put(web / f"intake-{number}.pub", public)
    for number, public in _read(web, "intake", "pub", PUBLIC).items():
        if publics.get(number) != public:
            raise KeysUnusable(f"{web}/intake-{number}.pub has no match in {worker}: what it seals could not be read.")


def add_mail_key(keys_dir: Path) -> None:
    """The mail key, where there is none yet. It opens nothing, so an installation that is older may still get one.

    Raises KeysUnusable.
    """
    worker = keys_dir / "worker"
    if worker.is_dir() and not _files(worker, "mail", "key"):
        _refuse_open_folder(worker)
        _put(worker / "mail-1.key", tokens.octets(MAIL))


def mail_key(keys_dir: Path) -> bytes:
    """Raises KeysUnusable, like the next three."""
    keys = _read(keys_dir / "worker", "mail", "key", MAIL)
    return keys[max(keys)]


def epochs(keys_dir: Path) -> dict[int, bytes]:
    return _read(keys_dir / "worker", "epoch", "key", EPOCH)


def private_intakes(keys_dir: Path) -> dict[int, MLKEM768X25519PrivateKey]:
    keys = _read(keys_dir / "worker", "intake", "key", PRIVATE)
    return {number: MLKEM768X25519PrivateKey(*_parts(key)) for number, key in keys.items()}


def public_intakes(keys_dir: Path) -> dict[int, MLKEM768X25519PublicKey]:
    keys = _read(keys_dir / "web", "intake", "pub", PUBLIC)
    try:
        return {number: _public_key(key) for number, key in keys.items()}
    except ValueError as error:
        raise KeysUnusable(f"A public key in {keys_dir / 'web'} is damaged.") from error


def _put(path: Path, content: bytes) -> None:
    """A whole and lasting file at `path`, unless there is one: the first process to get there wins."""
    if path.exists():
        return
    draft = path.with_name(f".{tokens.new()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(folder: Path, name: str, suffix: str, size: int) -> dict[int, bytes]:
    """Number and content of each key file of that name, at least one; refused when anyone else could have read it."""
    keys: dict[int, bytes] = {}
    try:
        _refuse_open_folder(folder)
        for number, path in _files(folder, name, suffix):
            with suppress(FileNotFoundError):  # destroyed since it was listed: no key any more
                keys[number] = _content(path, size)
    except FileNotFoundError:
        keys.clear()
    except PermissionError as error:
        raise KeysUnusable(f"{error.filename} can't be read by this user.") from error
    if not keys:
        raise KeysUnusable(
            f"There is no {name}-*.{suffix} in {folder}. The worker makes the keys when it first starts."
        )
    return keys


def _files(folder: Path, name: str, suffix: str) -> list[tuple[int, Path]]:
    shape = re.compile(rf"{name}-([1-9][0-9]{{0,8}})\.{suffix}")
    return [(int(match[1]), path) for path in folder.iterdir() if (match := shape.fullmatch(path.name))]


def _content(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        _refuse_open(path, os.fstat(file.fileno()).st_mode, 0o077, "go-rwx")
        content = file.read(size + 1)
    if len(content) != size:
        raise KeysUnusable(f"{path} is damaged: it should be {size} octets long.")
    return content


def _refuse_open_folder(folder: Path) -> None:
    """Nobody else may look into it, nor put another in its place."""
    _refuse_open(folder.parent, folder.parent.stat().st_mode, 0o022, "go-w")
    _refuse_open(folder, folder.stat().st_mode, 0o077, "go-rwx")


def _refuse_open(path: Path, mode: int, forbidden: int, remedy: str) -> None:
    if mode & forbidden:
        raise KeysUnusable(
            f"Other users can get at {path} (mode {mode & 0o7777:04o}). Close it: chmod {remedy} '{path}'"
        )


def _parts(key: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    return MLKEM768PrivateKey.from_seed_bytes(key[:_SEED]), X25519PrivateKey.from_private_bytes(key[_SEED:])


def _public_of(key: bytes) -> bytes:
    kem, dh = _parts(key)
    return kem.public_key().public_bytes_raw() + dh.public_key().public_bytes_raw()


def _public_key(key: bytes) -> MLKEM768X25519PublicKey:
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(key[:_KEM]), X25519PublicKey.from_public_bytes(key[_KEM:])
    )
