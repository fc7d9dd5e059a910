from datetime import datetime

from opora.platform.access.operations import forget_expired_sessions


def forget_old_sessions(at: datetime) -> None:
    """Drop what expired sign-ins have left behind."""
    forget_expired_sessions(before=at)
