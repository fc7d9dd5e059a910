"""Taking files in, and sweeping out what failed requests have left on the disk."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError
from opora.platform.files.content_type import NotAllowed, content_type_of, is_program_name
from opora.platform.files.events import FileStored
from opora.platform.files.models import StoredFile
from opora.platform.files.queries import path_of
from opora.platform.journal.operations import publish

CHUNK = 256 * 1024
MEGABYTE = 1024 * 1024
_INCOMING = "incoming"


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class FileTooLarge(BusinessError):
    code = "file_too_large"
    status = 413


class FileTypeForbidden(BusinessError):
    code = "file_type_forbidden"
    status = 415


class FileEmpty(BusinessError):
    code = "file_empty"


@transaction.atomic
def store_file(*, stream: Readable, name: str, by: User) -> StoredFile:
    """Keep the content and return its row: the one there is, when the same content was handed in before.

    The file is complete on the disk before its row can be committed. If the transaction fails, it stays behind
    without a row until it is swept.

    :param name: what the sender calls it: refused when a computer would run it, believed in nothing else.
    :raises FileTooLarge: above `settings.FILE_LIMIT`, without reading the rest.
    :raises FileTypeForbidden: when the bytes are of a kind that is not accepted.
    :raises FileEmpty: when there are none.
    """
    with _received(stream, name) as (content, digest, size):
        content_type = _accepted_type(content, name)
        _lock(digest, wait=True)
        _put(content, path_of(digest))
    file, is_new = StoredFile.objects.get_or_create(
        sha256=digest, defaults={"size": size, "content_type": content_type, "stored_by": by}
    )
    if is_new:
        publish(FileStored(file_id=file.pk), by=by, about=[file])
    return file


def sweep_files(*, before: datetime) -> int:
    """Delete what lies on the disk since before the moment without a row to it; return how many."""
    root = Path(settings.MEDIA_ROOT)
    swept = 0
    for leftover in _older(root.glob(f"{_INCOMING}/*"), before):
        leftover.unlink(missing_ok=True)
        swept += 1
    for folder in root.glob("??"):
        swept += _sweep({path.name: path for path in _older(folder.glob("??/*"), before)})
    return swept


@transaction.atomic
def _sweep(paths: dict[str, Path]) -> int:
    """Leave alone what somebody is storing again at this moment: he holds the lock of its digest."""
    swept = 0
    for digest in sorted(paths.keys() - _with_rows(paths)):
        if _lock(digest, wait=False) and not _with_rows([digest]):
            paths[digest].unlink(missing_ok=True)
            swept += 1
    return swept


def _with_rows(digests: Iterable[str]) -> set[str]:
    return set(StoredFile.objects.filter(sha256__in=list(digests)).values_list("sha256", flat=True))


def _older(paths: Iterator[Path], moment: datetime) -> Iterator[Path]:
    return (path for path in paths if path.stat().st_mtime < moment.timestamp())


@contextmanager
def _received(stream: Readable, name: str) -> Iterator[tuple[IO[bytes], str, int]]:
    """The content in a file of its own beside its place to be, its digest and size; gone afterwards unless moved."""
    incoming = Path(settings.MEDIA_ROOT, _INCOMING)
    incoming.mkdir(parents=True, exist_ok=True)
    digest, size = sha256(), 0
    with tempfile.NamedTemporaryFile(dir=incoming, delete=False) as content:
        try:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > settings.FILE_LIMIT:
                    message = _("“%(name)s” is larger than %(limit)d MB: send it in parts or make it smaller.")
                    limit = settings.FILE_LIMIT // MEGABYTE
                    raise FileTooLarge(message % {"name": name, "limit": limit}, field="file")
                digest.update(chunk)
                content.write(chunk)
            if not size:
                raise FileEmpty(_("“%s” is empty: choose another file.") % name, field="file")
            content.flush()
            yield content, digest.hexdigest(), size
        finally:
            Path(content.name).unlink(missing_ok=True)


def _accepted_type(content: IO[bytes], name: str) -> str:
    if is_program_name(name):
        raise FileTypeForbidden(_("“%s”: programs are not accepted.") % name, field="file")
    try:
        return content_type_of(content)
    except NotAllowed as error:
        message = _("“%(name)s”: %(reason)s")
        raise FileTypeForbidden(message % {"name": name, "reason": error}, field="file") from error


def _lock(digest: str, *, wait: bool) -> bool:
    """Hold the digest until the transaction ends, so that a sweep and a new hand-in of old content do not meet."""
    function = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"select {function}(hashtextextended(%s, 0))", [digest])
        return cursor.fetchone()[0] is not False


def _put(content: IO[bytes], path: Path) -> None:
    """Move the file to its place whole, and make sure that it outlives a power cut as its row does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.fsync(content.fileno())
    Path(content.name).chmod(0o640)
    Path(content.name).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
