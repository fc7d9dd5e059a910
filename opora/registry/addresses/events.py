from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opora.platform.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class DeliveryApplied(Event):
    """The register of addresses is now as the delivery says."""

    label: ClassVar[Promise | str] = _("Address register updated")

    delivery_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class DeliveryRefused(Event):
    """A file of the delivery cannot be read; nothing of it has been applied."""

    label: ClassVar[Promise | str] = _("Delivery of the address register refused")

    delivery_id: int
