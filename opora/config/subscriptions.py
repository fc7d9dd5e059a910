"""Who reacts to what. The only place where a publisher and its listeners meet."""

from collections.abc import Sequence

from opora.platform.journal.events import Event
from opora.platform.journal.operations import Handler

SUBSCRIPTIONS: dict[type[Event], Sequence[Handler]] = {}
