"""Kinds of customers, told apart by the requisites they may have; where an import of customers stands."""

from collections.abc import Collection, Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomerKind(models.TextChoices):
    INDIVIDUAL = "INDIVIDUAL", _("individual")
    SOLE_PROPRIETOR = "SOLE_PROPRIETOR", _("sole proprietor")
    LEGAL_ENTITY = "LEGAL_ENTITY", _("legal entity")


class ImportStage(models.TextChoices):
    READING = "READING", _("being read")
    CHECKED = "CHECKED", _("checked")
    APPLYING = "APPLYING", _("being entered")
    DONE = "DONE", _("entered")
    REFUSED = "REFUSED", _("cannot be read")


IMPORT_MOVES: Mapping[ImportStage, Collection[ImportStage]] = {
    ImportStage.READING: {ImportStage.CHECKED, ImportStage.REFUSED},
    ImportStage.CHECKED: {ImportStage.APPLYING},
    ImportStage.APPLYING: {ImportStage.DONE},
    ImportStage.DONE: set(),
    ImportStage.REFUSED: set(),
}
