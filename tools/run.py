"""`make run`: prepare everything, then start site, worker and local mailbox, and stop them together.

Nothing has to be set. What is set (README, "Settings") is respected; with MAIL_SERVER set there is no local mailbox.
`--reset` throws the demo's data away and loads it anew, without starting anything.
"""

import fcntl
import json
import os
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import BadSetting, Settings
from tools.processes import Stopped, run_together, stop_on_signals

ROOT = Path(__file__).parents[1]


class CannotRun(Exception):
    """The message says what is in the way, and what to do."""


def main(arguments: list[str]) -> int:
    """Returns 0 when stopped by a signal, 1 when something was in the way or ended by itself."""
    stop_on_signals()
    os.chdir(ROOT)
    try:
        env = environment()
        settings = Settings.from_env(env)
        with sole(settings):
            if "--reset" in arguments:
                forget(settings)
                env = environment()
                prepare(env)
                print("The demo's data is new. Start it with `make run`.")
                return 0
            return serve(settings, env)
    except (BadSetting, CannotRun) as error:
        print(error, file=sys.stderr)
        return 1
    except Stopped:
        return 0


def serve(settings: Settings, env: dict[str, str]) -> int:
    """Prepare, tell, and run until stopped."""
    if not is_free(settings.PORT):
        raise CannotRun(
            f"Port {settings.PORT} is taken by another program, or may not be used. "
            f"Choose another: make run PORT={another_port(settings.PORT + 1)}"
        )
    commands = procfile()
    mailbox = None
    if not env.get("MAIL_SERVER", "").strip():
        page = another_port(settings.PORT + 25)
        smtp = another_port(page + 1)
        mailbox = f"http://127.0.0.1:{page}"
        env |= {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(smtp), "MAIL_USE_TLS": "off"}
        folder = shlex.quote(str(settings.INSTANCE_DIR / "mailbox"))
        commands["mailbox"] = f"python -m tools.mailbox --folder {folder} --smtp-port {smtp} --port {page}"
    prepare(env)
    tell(demo_notes(settings, mailbox))
    reason = run_together(commands, env, ROOT)
    if reason:
        raise CannotRun(f"Stopped: {reason}.")
    print("Stopped.")
    return 0


def environment() -> dict[str, str]:
    """The settings for all parts: what is set already, DEMO, and a secret key that is made once and kept."""
    env = dict(os.environ)
    env["DEMO"] = "1"
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", os.defpath)])
    env["PYTHONUNBUFFERED"] = "1"
    instance = Path(env.get("INSTANCE_DIR", "").strip() or ROOT / "instance")
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not env.get("SECRET_KEY") and not env.get("SECRET_KEY_FILE"):
        key = instance / "secret_key"
        if not key.exists():
            write_private(key, secrets.token_urlsafe(48))
        env["SECRET_KEY_FILE"] = str(key)
    return env


@contextmanager
def sole(settings: Settings) -> Iterator[None]:
    """Only one `make run` per instance folder. The lock goes with the process, however that ends."""
    with (settings.INSTANCE_DIR / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            url = read_notes(settings).get("url", "another port")
            raise CannotRun(f"It is running already, at {url}. Stop that one first (Ctrl-C in its window).") from None
        yield


def prepare(env: dict[str, str]) -> None:
    """Database and demo content, each brought to its newest form. Doing it again changes nothing."""
    print("Preparing database and demo content …", flush=True)
    for step in (["db", "upgrade"], ["demo", "load"]):
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *step],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotRun(f"{done.stdout}\n`flask {' '.join(step)}` did not succeed; its own words are above.")


def forget(settings: Settings) -> None:
    """Remove what is in the instance folder: database, keys, mail. Nothing elsewhere is touched."""
    database = settings.SQLALCHEMY_DATABASE_URI
    if not database.startswith(f"sqlite:///{settings.INSTANCE_DIR}/"):
        raise CannotRun("DATABASE_URL names a database outside of the demo's folder. Nothing was thrown away.")
    for path in settings.INSTANCE_DIR.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != "run.lock":
            path.unlink()


def demo_notes(settings: Settings, mailbox: str | None) -> dict[str, str | None]:
    """Complete `demo.json`, where `flask demo load` has left e-mail and password of the demo's organizer."""
    notes = {"url": settings.BASE_URL, "mailbox": mailbox, "email": None, "password": None}
    notes |= {name: value for name, value in read_notes(settings).items() if name in ("email", "password")}
    write_private(settings.INSTANCE_DIR / "demo.json", json.dumps(notes, indent=2) + "\n")
    return notes


def read_notes(settings: Settings) -> dict[str, str | None]:
    """What `demo.json` says now; nothing when it isn't there."""
    try:
        notes: dict[str, str | None] = json.loads((settings.INSTANCE_DIR / "demo.json").read_text())
    except (OSError, ValueError):
        return {}
    return notes


def tell(notes: dict[str, str | None]) -> None:
    """Say where everything is."""
    print()
    print(f"  The site        {notes['url']}")
    print(f"  Organizers      {notes['url']}/manage/login")
    print(f"                  {notes['email']}   {notes['password']}")
    print(f"  The mailbox     {notes['mailbox'] or 'none: mail goes out by MAIL_SERVER'}")
    print()
    print("  Ctrl-C stops all. `make reset-demo` begins anew.", flush=True)
    print(flush=True)


def procfile() -> dict[str, str]:
    """The site's own processes, by name."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line)


def another_port(first: int) -> int:
    """A free port, the first one from `first` on; beyond the last of all, any."""
    for port in range(first, min(first + 200, 65536)):
        if is_free(port):
            return port
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def is_free(port: int) -> bool:
    """Can a server listen there?"""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def write_private(path: Path, text: str) -> None:
    """A file that only we may read, there whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.rename(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
