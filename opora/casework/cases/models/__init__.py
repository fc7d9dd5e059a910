"""Tables of the module, by subject."""

from opora.casework.cases.models.attachments import CaseAttachment
from opora.casework.cases.models.cases import Case, CaseExtension, CaseNote, CaseStage, CaseWords, StagePause
from opora.casework.cases.models.passports import (
    CatalogueStamp,
    Passport,
    PassportChoice,
    PassportStage,
    PassportVersion,
)
from opora.casework.cases.models.topics import RoutingRule, Topic

__all__ = [
    "Case",
    "CaseAttachment",
    "CaseExtension",
    "CaseNote",
    "CaseStage",
    "CaseWords",
    "CatalogueStamp",
    "Passport",
    "PassportChoice",
    "PassportStage",
    "PassportVersion",
    "RoutingRule",
    "StagePause",
    "Topic",
]
