"""Reading what was stored, and serving it so that no browser runs it."""

import logging
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.http import FileResponse
from django.utils.translation import gettext as _

from opora.platform.errors import NotVisible
from opora.platform.files.models import StoredFile

logger = logging.getLogger(__name__)

#: What browsers show and never run; everything else is downloaded.
_SHOWN = {"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"}


class FileLost(NotVisible):
    code = "file_lost"


def path_of(sha256: str) -> Path:
    """Where content of that digest is kept."""
    return Path(settings.MEDIA_ROOT, sha256[:2], sha256[2:4], sha256)


def open_file(file: StoredFile) -> BinaryIO:
    """Open the content for reading.

    :raises FileLost: when it is no longer on the disk.
    """
    try:
        return path_of(file.sha256).open("rb")
    except FileNotFoundError as error:
        logger.error("The content of stored file %d is missing: %s", file.pk, path_of(file.sha256))
        raise FileLost(_("The file is missing on the server: tell your administrator.")) from error


def response_of(file: StoredFile, *, name: str, download: bool) -> FileResponse:
    """Answer with the content under that name; the door has already decided who may have it.

    :param download: keep even what browsers can show (pictures, PDF, sound) from being shown.
    :raises FileLost: when it is no longer on the disk.
    """
    shown = not download and (file.content_type in _SHOWN or file.content_type.startswith("audio/"))
    safe_name = "".join(letter for letter in name if letter.isprintable() and letter not in "/\\") or file.sha256[:12]
    response = FileResponse(
        open_file(file), as_attachment=not shown, filename=safe_name, content_type=file.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
