"""What the clock does for the API."""

from datetime import datetime, timedelta

from opora.platform.rest.operations import forget_answers

#: A sender that has not repeated within two days will not.
KEPT_FOR = timedelta(days=2)


def forget_old_answers(at: datetime) -> None:
    """Drop the answers kept for repeated requests."""
    forget_answers(before=at - KEPT_FOR)
