"""Set up a real Nominatim, run the checks against it, and leave nothing behind.

What it does: Debian's PostgreSQL, PostGIS and osm2pgsql (installed with apt-get if they are missing and this runs as
root; nothing is ever purged), nominatim-db and nominatim-api in a virtual environment of their own, a PostgreSQL cluster
of its own in a temporary folder that listens on a socket there and on no port, an extract that the test writes, imported
by Nominatim itself, served on loopback. Everything of it runs as a user without privileges. Clusters that are on the
machine are neither used nor started nor changed.

Exit code 0: passed; 1: failed; 77: this machine cannot run it, and why is said.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from extract import write_extract
from record import PORT, record

HERE = Path(__file__).resolve().parent
REQUIREMENTS = ("nominatim-db>=5.3,<5.4", "nominatim-api>=5.3,<5.4", "uvicorn>=0.34,<1", "falcon>=4,<5")
DEBIAN = (
    "postgresql",
    "postgresql-contrib",
    "osm2pgsql",
    "g++",
    "libicu-dev",
    "pkg-config",
    "python3-dev",
    "python3-venv",
)
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/geomap-tests.conf")
UNPRIVILEGED = "nobody"


class CannotRun(Exception):
    """This machine lacks what the test needs."""


class Machine:
    """Starts programs as an unprivileged user and ends those it started, by their id."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log.txt"
        self.user = pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.environment = {
            "PATH": f"{folder}/venv/bin:{postgres_bin()}:/usr/bin:/bin",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PGHOST": str(folder / "socket"),
            "NOMINATIM_DATABASE_DSN": f"pgsql:dbname=nominatim;host={folder / 'socket'};user={self.user.pw_name}",
            "NOMINATIM_DATABASE_WEBUSER": "www-data",
            "NOMINATIM_IMPORT_STYLE": "full",
            **{key: value for key, value in os.environ.items() if key.startswith(("PIP_", "SSL_"))},
        }
        self.running: list[tuple[str, subprocess.Popen[bytes], signal.Signals]] = []

    def _identity(self) -> dict[str, object]:
        if os.geteuid() != 0:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def do(self, *command: str | Path, timeout: float = 300, **more: object) -> str:
        """Run a program to its end and return what it prints."""
        with self.log.open("a") as log:
            log.write(f"\n$ {' '.join(map(str, command))}\n")
        done = subprocess.run(
            [str(part) for part in command],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=timeout,
            **self._identity(),
            **more,
        )
        with self.log.open("a") as log:
            log.write(done.stdout + done.stderr)
        if done.returncode:
            raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")
        return done.stdout

    def start(self, name: str, *command: str | Path, end: signal.Signals) -> None:
        """Start a program that stays."""
        log = self.log.open("ab")
        process = subprocess.Popen(
            [str(part) for part in command],
            env=self.environment,
            cwd=self.folder,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            **self._identity(),
        )
        log.close()
        self.running.append((name, process, end))

    def stop(self) -> None:
        """End what was started, the last first."""
        for name, process, end in reversed(self.running):
            if process.poll() is None:
                process.send_signal(end)
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(timeout=10)
            print(f"ended {name} (process {process.pid})")
        self.running.clear()

    def alive(self) -> None:
        """Raise if something that should run has ended."""
        for name, process, _ in self.running:
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended with {process.returncode}:\n{self.log.read_text()[-3000:]}")


def postgres_bin() -> Path | None:
    """Return the folder of the newest PostgreSQL server's programs, with PostGIS installed for it."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name)):
        version = folder.parent.name
        if (folder / "initdb").exists() and Path(f"/usr/share/postgresql/{version}/extension/postgis.control").exists():
            return folder
    return None


def install_packages() -> None:
    """Install what is missing, without letting Debian make a cluster or change one that is there."""
    if postgres_bin() and shutil.which("osm2pgsql"):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise CannotRun(
            "PostgreSQL with PostGIS and osm2pgsql are not installed, and only root can: apt-get install them"
        )
    with no_main_cluster():
        # What cannot be read anew may still be known from the last time.
        apt_get("update", check=False)
        install(DEBIAN)
        install((_postgis_package(),))


def install(names: tuple[str, ...]) -> None:
    """Install packages of Debian's unless that would change a PostgreSQL that is there."""
    refuse_to_change_postgresql(apt_get("--simulate", "install", *names))
    apt_get("install", *names)


def apt_get(*arguments: str, check: bool = True) -> str:
    """Run apt-get without questions, waiting for another one to end, and return what it prints."""
    options = ("-q", "-y", "--no-install-recommends", "--no-upgrade", "-o", "DPkg::Lock::Timeout=120")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    command = ["apt-get", *options, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900, check=False)
    if check and done.returncode:
        raise CannotRun(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()[-1000:]}")
    return done.stdout


def refuse_to_change_postgresql(planned: str) -> None:
    """Raise if apt-get would upgrade or remove any package of PostgreSQL: that would restart or end its clusters."""
    # "Inst postgresql-15 [15.1-1] (15.2-1 ...)": the version in brackets is the one that is installed.
    changed = re.findall(r"^(?:Inst (postgresql\S*) \[|Remv (postgresql\S*) )", planned, re.MULTILINE)
    if changed:
        names = ", ".join(sorted(first or second for first, second in changed))
        raise CannotRun(f"the packages that are missing would change those of PostgreSQL that are there: {names}")


@contextlib.contextmanager
def no_main_cluster() -> Iterator[None]:
    """Have Debian make no cluster when a server is installed for the first time; leave its configuration as it was."""
    folder, mine = NO_CLUSTER.parent, not NO_CLUSTER.exists()
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        if mine:
            folder.mkdir(parents=True, exist_ok=True)
            NO_CLUSTER.write_text("create_main_cluster = false\n")
        yield
    finally:
        if mine:
            NO_CLUSTER.unlink(missing_ok=True)
        for path in missing:
            # Debian's own files may have come to lie in it.
            with contextlib.suppress(OSError):
                path.rmdir()


def _postgis_package() -> str:
    versions = [int(path.parents[1].name) for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return f"postgresql-{max(versions)}-postgis-3"


def make_environment(machine: Machine, venv: Path) -> None:
    """Install Nominatim in a virtual environment that the unprivileged user can run."""
    if not (venv / "bin" / "nominatim").exists():
        python = _usable_python(machine)
        machine.do(python, "-m", "venv", venv)
        # pip keeps what it built for the next run, in the cache of whoever runs this.
        cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "pip"
        command: list[str | Path] = [
            venv / "bin" / "python",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        subprocess.run([*command, "--cache-dir", cache, *REQUIREMENTS], check=True, timeout=500)
    machine.do(venv / "bin" / "nominatim", "--version")


def _usable_python(machine: Machine) -> str:
    for python in (sys.executable, "/usr/bin/python3"):
        real = str(Path(python).resolve())
        with contextlib.suppress(RuntimeError, OSError, subprocess.SubprocessError):
            machine.do(real, "-c", "import venv, ensurepip")
            return real
    raise CannotRun("no Python that an unprivileged user may run; install Debian's python3 and python3-venv")


def make_cluster(machine: Machine) -> None:
    """Make a PostgreSQL cluster in the folder and start it."""
    programs, data, where = postgres_bin(), machine.folder / "cluster", machine.folder / "socket"
    where.mkdir()
    own(machine, where)
    machine.do(
        programs / "initdb", "-D", data, "-U", machine.user.pw_name, "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8"
    )
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(where),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "shared_buffers": "128MB",
        "max_connections": "40",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    machine.start("postgres", programs / "postgres", "-D", data, *options, end=signal.SIGINT)
    for _ in range(200):
        with contextlib.suppress(RuntimeError):
            machine.do(programs / "psql", "-d", "postgres", "-c", 'CREATE ROLE "www-data" LOGIN')
            return
        machine.alive()
        time.sleep(0.1)
    raise RuntimeError("the cluster did not start")


def own(machine: Machine, path: Path) -> None:
    """Give a file to the unprivileged user."""
    if os.geteuid() == 0:
        os.chown(path, machine.user.pw_uid, machine.user.pw_gid)


def serve(machine: Machine, venv: Path, project: Path, port: int) -> str:
    """Serve the import on loopback, on a free port if none is given, and return the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))
        port = probe.getsockname()[1]
    command = (venv / "bin" / "nominatim", "serve", "--project-dir", project, "--server", f"127.0.0.1:{port}")
    machine.start("nominatim serve", *command, end=signal.SIGTERM)
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/status", timeout=5) as answer:
            if answer.status == 200:
                return address
        machine.alive()
        time.sleep(0.1)
    raise RuntimeError("Nominatim did not answer")


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Print what is done and how long it took."""
    started = time.monotonic()
    yield
    print(f"{name}: {time.monotonic() - started:.1f} s", flush=True)


def main() -> int:
    """Do it all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--venv", type=Path, help="A virtual environment to use again instead of a temporary one.")
    parser.add_argument("--record", type=Path, help="Write the answers that the notebook shows to this file instead.")
    parser.add_argument("pytest", nargs="*", help="Further arguments for pytest.")
    arguments = parser.parse_args()
    os.umask(0o022)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a run that is ended cleans up, too
    folder = Path(tempfile.mkdtemp(prefix="geomap-nominatim-"))
    machine = None
    started = time.monotonic()
    try:
        folder.chmod(0o755)
        with step("Debian's packages"):
            install_packages()
        machine = Machine(folder)
        own(machine, folder)
        return run(machine, arguments.venv or folder / "venv", arguments.record, arguments.pytest)
    except CannotRun as error:
        print(f"not run: {error}")
        return 77
    finally:
        if machine is not None:
            machine.stop()
        shutil.rmtree(folder, ignore_errors=True)
        print(f"in all: {time.monotonic() - started:.1f} s; removed {folder}: {not folder.exists()}")


def run(machine: Machine, venv: Path, output: Path | None, more: list[str]) -> int:
    """Set up Nominatim, and check or record it."""
    with step("Nominatim's packages"):
        make_environment(machine, venv)
    with step("a cluster"):
        make_cluster(machine)
    project, extract = machine.folder / "project", machine.folder / "extract.osm"
    project.mkdir()
    own(machine, project)
    print(f"the extract: {write_extract(extract)}, {extract.stat().st_size:,} bytes")
    with step("the import"):
        nominatim = venv / "bin" / "nominatim"
        machine.do(
            nominatim, "import", "--project-dir", project, "--osm-file", extract, "--no-updates", "--offline", "-j", "1"
        )
    with step("the server"):
        address = serve(machine, venv, project, PORT if output else 0)
    if output:
        record(output)
        return 0
    environment = {**os.environ, "GEOMAP_NOMINATIM_URL": address}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(HERE / "check_nominatim.py"), *more]
    with step("the checks"):
        return subprocess.run(command, env=environment, timeout=400, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
