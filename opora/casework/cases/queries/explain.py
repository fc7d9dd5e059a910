"""The arithmetic behind the due time of a case or a stage, in sentences of the reader's language."""

from collections.abc import Sequence


def explain_due(*, case_id: int | None = None, stage_id: int | None = None) -> Sequence[str]:
    """How the due time of a case, or of one of its stages, came about; empty for a stage that has not begun.

    :raises NotVisible: when there is no such case or stage, or not for this user.
    """
    raise NotImplementedError
