"""Where the published calendars lie: beside the checkout, or where `OPORA_SHARED_DATA` says."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
FOLDER = Path(os.environ.get("OPORA_SHARED_DATA") or ROOT.parent / "shared" / "data") / "calendar"

needs_real_calendars = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"left out: the published calendars are not in {FOLDER}"
)
