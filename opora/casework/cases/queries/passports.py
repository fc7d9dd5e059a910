"""Passports as people read them: every edition, whole."""

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from opora.casework.cases.models import PassportStage, PassportVersion
from opora.platform.errors import NotVisible


def passport_versions() -> QuerySet[PassportVersion]:
    """Every edition of every passport, by code, the newest edition first."""
    return PassportVersion.objects.select_related("passport").order_by("passport__code", "-version")


def passport_version(code: str, version: int) -> PassportVersion:
    """One edition with its stages in order.

    :raises NotVisible: when there is no such passport or edition.
    """
    stages = Prefetch("stages", PassportStage.objects.order_by("ordinal"))
    found = passport_versions().filter(passport__code=code, version=version).prefetch_related(stages).first()
    if found is None:
        raise NotVisible(_("There is no such passport."), field="code")
    return found
