"""Usage points and the houses of the address register: matched in sets, and by people where that is doubtful."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError, ChangedMeanwhile, NotVisible
from opora.platform.journal.operations import publish, record_read
from opora.platform.live.operations import announce
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.addresses.queries import Match, house_of, match_addresses
from opora.registry.customers.events import AddressDecided, AddressesMatched, AddressMatchingAsked, AddressReopened
from opora.registry.customers.models import AddressDoubt, UsagePoint
from opora.registry.customers.operations.customers import locked_customer
from opora.registry.customers.queries.address_doubts import open_doubts

OnProgress = Callable[[int, int], None]

#: From this confidence on a house is taken without asking.
CERTAIN = 0.9
#: Usage points that go together, in one transaction.
BATCH = 2_000
#: The topic of the queue's page.
TOPIC = "address_doubts"

_WITHOUT_HOUSE = """
    from customers_usagepoint point left join customers_addressdoubt doubt on doubt.usage_point_id = point.id
    where point.gar_id is null and point.id > %(after)s
        and (doubt.id is null or doubt.address <> point.address or (%(again)s and doubt.is_open))
"""
#: Whoever changes an address meanwhile is not overruled.
_BIND = """
    with bound as (
        update customers_usagepoint point set gar_id = said.house, version = version + 1
        from unnest(%s::bigint[], %s::text[], %s::uuid[]) said (id, address, house)
        where point.id = said.id and point.address = said.address and point.gar_id is null
        returning point.id
    ), settled as (
        delete from customers_addressdoubt where usage_point_id in (select id from bound)
    )
    select count(*) from bound
"""
_DOUBT = """
    insert into customers_addressdoubt as kept (usage_point_id, address, offers, confidence, is_open, created_at)
    select id, address, offers, confidence, true, now()
    from unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::float[]) said (id, address, offers, confidence)
    on conflict (usage_point_id) do update set address = excluded.address, offers = excluded.offers,
        confidence = excluded.confidence, is_open = true
"""


@dataclass(frozen=True)
class Matched:
    """What came of matching."""

    bound: int = 0
    doubtful: int = 0


class DecidedAlready(BusinessError):
    """Somebody has decided meanwhile."""

    code = "decided_already"
    status = 409


@transaction.atomic
def ask_for_matching(*, by: User) -> None:
    """Have the worker match the usage points that have no house."""
    publish(AddressMatchingAsked(), by=by, about=[])


def match_usage_point_addresses(
    *, by: User, again: bool = False, batch: int = BATCH, on_progress: OnProgress | None = None
) -> Matched:
    """Give usage points the houses that their addresses mean for certain; of the others somebody has to decide.

    To be called outside any transaction: each part is its own, and whoever breaks off leaves the rest to the next.

    :param again: judge anew what waits for a decision, for the register may know more by now.
    """
    total, done = 0, 0
    bound, doubtful, after = 0, 0, 0
    with scoped(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(f"select count(*) {_WITHOUT_HOUSE}", {"after": 0, "again": again})
        total = cursor.fetchone()[0]
    while True:
        with scoped(EVERYTHING):
            points = _next(after, again=again, limit=batch)
            if not points:
                return Matched(bound, doubtful)
            part = _match(points, by=by)
        bound, doubtful, after = bound + part.bound, doubtful + part.doubtful, points[-1][0]
        done += len(points)
        if on_progress:
            on_progress(done, max(total, done))


@transaction.atomic
def read_address_doubts(*, by: User, skipped: Sequence[int] = (), limit: int = 20) -> Sequence[AddressDoubt]:
    """Look at the addresses in doubt; the journal says whose have been looked at."""
    found = open_doubts(skipped=skipped, limit=limit)
    if found:
        record_read(what="customers.address_doubts", about=[doubt.usage_point.customer for doubt in found], by=by)
    return found


@transaction.atomic
def decide_address(*, doubt_id: int, house: UUID | None, by: User) -> UsagePoint:
    """Say which house an address in doubt means.

    :param house: of the register; None when it is none of them, and nobody is to be asked again.
    :raises NotVisible: when there is no such doubt, or no such house.
    :raises EditForbidden: when the user may only look at the customer.
    :raises DecidedAlready: when somebody was faster.
    :raises ChangedMeanwhile: when the usage point has another address by now.
    """
    doubt, point = _locked(doubt_id)
    if not doubt.is_open:
        raise DecidedAlready(_("Somebody has decided on this address meanwhile."))
    if point.address != doubt.address:
        raise ChangedMeanwhile(_("The usage point has another address by now: it will be matched anew."))
    if house is not None:
        point.gar_id, point.version = house_of(house).guid, point.version + 1
        point.save(update_fields=["gar_id", "version"])
    doubt.is_open = False
    doubt.save(update_fields=["is_open"])
    decided = AddressDecided(customer_id=point.customer_id, usage_point_id=point.pk, house=str(house or ""))
    publish(decided, by=by, about=[point.customer, point])
    announce(TOPIC, f"customer:{point.customer_id}")
    return point


@transaction.atomic
def reopen_address(*, doubt_id: int, by: User) -> AddressDoubt:
    """Take a decision back: the address is in doubt again.

    :raises NotVisible: when there is no such doubt.
    :raises EditForbidden: when the user may only look at the customer.
    """
    doubt, point = _locked(doubt_id)
    if not doubt.is_open:
        if point.gar_id is not None:
            point.gar_id, point.version = None, point.version + 1
            point.save(update_fields=["gar_id", "version"])
        doubt.is_open = True
        doubt.save(update_fields=["is_open"])
        reopened = AddressReopened(customer_id=point.customer_id, usage_point_id=point.pk)
        publish(reopened, by=by, about=[point.customer, point])
        announce(TOPIC, f"customer:{point.customer_id}")
    return doubt


def _locked(doubt_id: int) -> tuple[AddressDoubt, UsagePoint]:
    """The doubt and its usage point, behind the lock of the customer."""
    customer_id = AddressDoubt.objects.filter(pk=doubt_id).values_list("usage_point__customer_id", flat=True).first()
    if customer_id is None:
        raise NotVisible(_("There is no such address in doubt."))
    locked_customer(customer_id)
    doubt = AddressDoubt.objects.select_related("usage_point__customer").get(pk=doubt_id)
    return doubt, doubt.usage_point


def _next(after: int, *, again: bool, limit: int) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"select point.id, point.address {_WITHOUT_HOUSE} order by point.id limit %(limit)s",
            {"after": after, "again": again, "limit": limit},
        )
        return [(point_id, address) for point_id, address in cursor.fetchall()]


def _match(points: list[tuple[int, str]], *, by: User) -> Matched:
    certain: list[tuple[Any, ...]] = []
    doubtful: list[tuple[Any, ...]] = []
    found = match_addresses([address for _point_id, address in points])
    for (point_id, address), matches in zip(points, found, strict=True):
        best = matches[0].confidence if matches else 0.0
        if best >= CERTAIN:
            certain.append((point_id, address, matches[0].house_guid))
        else:
            doubtful.append((point_id, address, json.dumps([_kept(match) for match in matches]), best))
    bound = 0
    with connection.cursor() as cursor:
        if certain:
            cursor.execute(_BIND, [list(column) for column in zip(*certain, strict=True)])
            bound = cursor.fetchone()[0]
        if doubtful:
            cursor.execute(_DOUBT, [list(column) for column in zip(*doubtful, strict=True)])
    publish(AddressesMatched(bound=bound, doubtful=len(doubtful)), by=by, about=[])
    announce(TOPIC)
    return Matched(bound, len(doubtful))


def _kept(match: Match) -> dict[str, Any]:
    return {**asdict(match), "house_guid": str(match.house_guid)}
