"""What may be asked of the register: objects and houses, deliveries, suggestions, and what a free address may mean."""

from opora.registry.addresses.queries.deliveries import deliveries, delivery_of, faults_of, last_applied, result_lines
from opora.registry.addresses.queries.matching import Match, match_address, match_addresses
from opora.registry.addresses.queries.objects import (
    Placed,
    counts_below,
    house_of,
    houses_below,
    object_of,
    objects_below,
)
from opora.registry.addresses.queries.suggestions import Suggestion, suggest

__all__ = [
    "Match",
    "Placed",
    "Suggestion",
    "counts_below",
    "deliveries",
    "delivery_of",
    "faults_of",
    "house_of",
    "houses_below",
    "last_applied",
    "match_address",
    "match_addresses",
    "object_of",
    "objects_below",
    "result_lines",
    "suggest",
]
