"""Servers to measure, and how they are measured: requests a second by wrk, CPU by what the kernel says."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROCESSES = 2  # of each server, as in the Procfile
GRANIAN = ["--interface", "wsgi", "--workers", str(PROCESSES), "--blocking-threads", "64", "--no-ws"]
MEMORY = {"MALLOC_ARENA_MAX": "2"}
RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
BAD = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors")
NGINX = """\
daemon off; worker_processes {processes}; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; gzip_static on; etag on;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  types {{ text/calendar ics; }}
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def processes(self) -> list[int]:
        """Itself and all that it has started."""
        found = [self.pid]
        for pid in found:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found += [int(child) for child in children.read_text().split()]
        return found

    def cpu(self) -> float:
        """Seconds that its processes have run, to the nanosecond."""
        threads = [task for pid in self.processes() for task in Path(f"/proc/{pid}/task").glob("*/schedstat")]
        return sum(int(task.read_text().split()[0]) for task in threads) / 1e9

    def memory(self) -> float:
        """MiB of the largest of its processes."""
        sizes = [
            int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) for pid in self.processes()
        ]
        return max(sizes) / 1024

    def rate(self, path: str, connections: int, seconds: float, headers: Mapping[str, str]) -> tuple[float, float]:
        """(requests a second, CPU seconds a request) for so many connections at once."""
        given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "30s", *given]
        before, began = self.cpu(), time.monotonic()
        said = subprocess.run([*command, self.address(path)], capture_output=True, text=True, check=True).stdout
        took, used = time.monotonic() - began, self.cpu() - before
        if BAD.search(said):
            raise RuntimeError(said)
        rate = float(RATE.search(said)[1])
        return rate, used / max(rate * took, 1)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[bytes, Mapping[str, str]]:
        with urllib.request.urlopen(urllib.request.Request(self.address(path), headers=headers or {})) as response:
            return response.read(), response.headers

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def missing() -> list[str]:
    """Programs that have to be installed first."""
    return [program for program in ("nginx", "wrk") if shutil.which(program, path=_path()) is None]


@contextmanager
def granian(app: str, env: Mapping[str, str], port: int) -> Iterator[Server]:
    """app: "module:name", found from the project's folder."""
    command = [str(Path(sys.executable).with_name("granian")), *GRANIAN, "--port", str(port), app]
    with _running(command, {**os.environ, **MEMORY, **env}, port) as server:
        yield server


@contextmanager
def nginx(root: Path, folder: Path) -> Iterator[Server]:
    """Debian's, as it serves files: those below `root`."""
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(processes=PROCESSES, folder=folder, port=port, root=root))
    for above in (root, folder):
        above.chmod(0o755)  # its processes are another user's, when it is started by root
    with _running(["nginx", "-c", str(config)], {**os.environ, "PATH": _path()}, port) as server:
        yield server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: list[str], env: Mapping[str, str], port: int) -> Iterator[Server]:
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                raise RuntimeError(f"{command[0]} ended")
            time.sleep(0.1)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
