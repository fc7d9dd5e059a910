"""Refusals: a rule said no, and the user is told why and what to do."""

from collections.abc import Mapping, Sequence


class BusinessError(Exception):
    """A rule said no. Shown to the user as is; never logged as a fault.

    `code` is stable and goes into the API's problem document; `field` names the form or request field to mend.
    `faults` lists every single thing to mend, where there may be many: places, message and hint of each.
    """

    code = "refused"
    status = 422
    faults: Sequence[Mapping[str, object]] | None = None

    def __init__(self, message: object = "", *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class NotVisible(BusinessError):
    """The thing does not exist, or lies outside the user's scope: the two are not told apart."""

    code = "not_found"
    status = 404


class EditForbidden(BusinessError):
    """The user may see the thing but not change it."""

    code = "edit_forbidden"
    status = 403


class ChangedMeanwhile(BusinessError):
    """Somebody else saved first; the second save never overwrites silently."""

    code = "changed_meanwhile"
    status = 409
