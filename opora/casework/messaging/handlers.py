"""Delivery: the one kind of work that leaves the transaction, because it waits for a network (see ADR 11)."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from opora.casework.messaging.operations import forget_notices, record_outcome, release_interrupted, take_up
from opora.casework.messaging.queries import being_sent
from opora.casework.messaging.stages import Reason
from opora.casework.messaging.transports import Outcome, Outgoing, Refused, transport_for
from opora.platform.access.queries import system_user
from opora.platform.journal.operations import on_queue, via
from opora.platform.scope import EVERYTHING, scoped

#: No gateway works on one message longer than this: whoever does is dead.
PATIENCE = timedelta(minutes=10)
NOTICES_KEPT_FOR = timedelta(days=180)

#: Seconds between tries to write down what the network said, while the database does not answer.
_PAUSES: Sequence[float] = (0, 1, 5, 15, 60)


@app.task(name="messaging.deliver", retry=RetryStrategy(wait=30))
def deliver(*, message_id: int) -> None:
    """Deliver one message: begin (committed), hand it over (in no transaction), keep the outcome (committed)."""
    with _seeing_everything():
        message = take_up(message_id=message_id, by=system_user())
    if message is not None:
        transport = transport_for(message.channel)
        assert transport is not None, "taken up without a gateway"
        _keep(message, transport.deliver(message))


@app.task(name="messaging.settle", retry=RetryStrategy(wait=30))
def settle(*, message_id: int, attempt: int) -> None:
    """Find out what became of an attempt whose worker has died, and go on from there."""
    with _seeing_everything():
        message = being_sent(message_id, attempt)
    if message is not None:
        transport = transport_for(message.channel)
        _keep(message, transport.settle(message) if transport else Refused(reason=Reason.UNCERTAIN))


@on_queue("alerts")
def settle_interrupted(at: datetime) -> None:
    """Look after messages that somebody began to send and never finished."""
    release_interrupted(before=at - PATIENCE, by=system_user())


def forget_old_notices(at: datetime) -> None:
    """Empty the bells of what nobody will look at any more."""
    forget_notices(before=at - NOTICES_KEPT_FOR)


@contextmanager
def _seeing_everything() -> Iterator[None]:
    """One transaction of the worker."""
    token = via.set("worker")
    try:
        with scoped(EVERYTHING):
            yield
    finally:
        via.reset(token)


def _keep(message: Outgoing, outcome: Outcome) -> None:
    """Write down what the network said; what is known is not forgotten because the database was away for a moment."""
    for pause in _PAUSES:
        time.sleep(pause)
        try:
            with _seeing_everything():
                record_outcome(
                    message_id=message.message_id, attempt=message.attempt, outcome=outcome, by=system_user()
                )
        except (InterfaceError, OperationalError) as error:
            lost = error
            connection.close()
        else:
            return
    raise lost
