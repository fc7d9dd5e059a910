from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opora.platform.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class FileStored(Event):
    label: ClassVar[Promise | str] = _("File stored")

    file_id: int
