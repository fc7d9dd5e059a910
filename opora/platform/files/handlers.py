from datetime import datetime, timedelta

from opora.platform.files.operations import sweep_files
from opora.platform.journal.operations import on_queue

#: Longer than any transaction may take.
REST = timedelta(days=1)


@on_queue("mass")
def sweep_abandoned_files(at: datetime) -> None:
    """Delete files whose transactions failed."""
    sweep_files(before=at - REST)
