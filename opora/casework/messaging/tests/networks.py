"""A network that answers as it is told, in place of a gateway."""

from collections.abc import Sequence

from opora.casework.messaging.transports import Accepted, Outcome, Outgoing

#: What was handed over, and what is to be answered: the last answer repeats.
handed: list[Outgoing] = []
answers: list[Outcome] = []
settled: list[Outgoing] = []


def answering(*outcomes: Outcome) -> None:
    answers[:] = outcomes


class Network:
    def deliver(self, message: Outgoing) -> Outcome:
        handed.append(message)
        return _next()

    def settle(self, message: Outgoing) -> Outcome:
        settled.append(message)
        return _next()


def _next() -> Outcome:
    left: Sequence[Outcome] = answers or [Accepted(provider_id="net-1")]
    return answers.pop(0) if len(left) > 1 else left[0]
