"""A batch of an import's rows against the base: who is meant, what is in the way, what differs.

Everything is set-wise over the temporary table `import_batch`, a line for each row. It is filled from the file
(`take_rows`) or from the rows that wait (`take_waiting`), so that the check foresees what entering will do.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from opora.platform.scope import Scope
from opora.registry.customers.import_file.rows import Fault, Row

_INCOMING = """
    drop table if exists import_batch, import_incoming;
    create temporary table import_incoming (
        row int, external_id text, usage_point text, agreement text, customer jsonb, place jsonb, rest jsonb
    ) on commit drop
"""
_COPY = "copy import_incoming (row, external_id, usage_point, agreement, customer, place, rest) from stdin"

#: All rows of one customer go together, so that he is created or changed once.
_WAITING = """
    with first as materialized (
        select row, external_id from customers_importrow where source_id = %(source)s order by row limit %(limit)s
    ), taken as (
        delete from customers_importrow where source_id = %(source)s and row = any (array(
            select row from first
            union
            select row from customers_importrow where source_id = %(source)s
                and external_id = any (array(select external_id from first where external_id is not null))
        ))
        returning row, external_id, usage_point, agreement, customer, place, rest
    )
    insert into import_incoming select * from taken
"""

_BATCH = """
    create temporary table import_batch on commit drop as
    select incoming.row, incoming.external_id, incoming.usage_point, incoming.agreement,
        coalesce('code ' || incoming.external_id, 'point ' || incoming.usage_point) as identity,
        customer.*, coalesce(place.branch, %(branch)s::smallint) as branch_or_default, place.*, rest.*,
        coalesce(by_code.id, point.customer_id, by_inn.id) as customer_id,
        by_inn.id as by_inn_id, by_inn.external_id as by_inn_code,
        point.id as point_id, point.customer_id as owner_id, owner.external_id as owner_code,
        agreement.id as agreement_id, agreement.customer_id as agreement_of, false as is_new
    from import_incoming incoming
    cross join lateral jsonb_to_record(incoming.customer) as customer (
        kind text, "group" smallint, last_name text, first_name text, middle_name text, name text, name_key text,
        short_name text, inn text, kpp text, ogrn text, snils text, region text, registered_address text,
        postal_address text, balance numeric, overdue numeric, payment_class text, payment_reason text,
        payment_as_of date)
    cross join lateral jsonb_to_record(incoming.place) as place (
        branch smallint, account text, address text, district bigint, voltage text, max_power numeric,
        reliability_category text, meter text, supplier text)
    cross join lateral jsonb_to_record(incoming.rest) as rest (
        phone text[], email text[], contact_person text, contact_position text, contact_phone text,
        agreement_kind text, agreement_number text, signed_on date, ends_on date)
    left join customers_customer by_code on by_code.external_id = incoming.external_id
    left join customers_usagepoint point on point.number = incoming.usage_point
    left join customers_customer owner on owner.id = point.customer_id
    left join customers_customer by_inn on customer.kind = 'LEGAL_ENTITY' and by_inn.kind = 'LEGAL_ENTITY'
        and customer.inn <> '' and by_inn.inn = customer.inn and by_inn.kpp = coalesce(customer.kpp, '')
    left join customers_agreement agreement
        on agreement.kind = rest.agreement_kind and agreement.number = rest.agreement_number
"""

#: What may be in the way of a row: when, at which column it is shown, and what is said. The first that holds is told.
_OBSTACLES: Sequence[tuple[str, str, str]] = (
    (
        "batch.owner_id <> batch.customer_id or (batch.owner_id is not null and batch.external_id <> batch.owner_code)",
        "usage_point",
        gettext_noop("This usage point belongs to another customer: correct its number, or move it in his card."),
    ),
    (
        "batch.by_inn_id <> batch.customer_id or batch.by_inn_code <> batch.external_id",
        "inn",
        gettext_noop("A firm with this INN and KPP is in the base under another code."),
    ),
    (
        "known.id is not null and not (%(everything)s"
        " or (known.group_id = any (%(groups)s) and known.branch_ids && %(branches)s::smallint[]))",
        "external_id",
        gettext_noop("This customer is in a group or branch that you may not change."),
    ),
    (
        "known.id is null and (batch.kind is null or batch.name_key is null)",
        "external_id",
        gettext_noop("There is no such customer; to add one, give his kind and name."),
    ),
    (
        "known.id is null and (batch.branch_or_default is null or coalesce(batch.group, %(group)s) is null)",
        "external_id",
        gettext_noop("A new customer needs a group and a branch."),
    ),
    (
        "known.kind <> batch.kind",
        "kind",
        gettext_noop("In the base this customer is of another kind: see who is right, and change it in his card."),
    ),
    (
        "batch.usage_point is not null and batch.point_id is null and batch.address is null",
        "address",
        gettext_noop("A new usage point needs its address."),
    ),
    (
        "batch.usage_point is not null and batch.point_id is null and batch.branch_or_default is null",
        "branch",
        gettext_noop("A new usage point needs its branch."),
    ),
    (
        "batch.agreement_id is not null and batch.agreement_of is distinct from batch.customer_id",
        "agreement",
        gettext_noop("Another customer has an agreement of this kind and number."),
    ),
)

_HINDERED = f"""
    with hindered as (
        select batch.row, case {" ".join(f"when {when} then {n}" for n, (when, _c, _s) in enumerate(_OBSTACLES))} end n
        from import_batch batch left join customers_customer known on known.id = batch.customer_id
    )
    delete from import_batch batch using hindered where batch.row = hindered.row and hindered.n is not null
    returning batch.row, hindered.n, batch.external_id, batch.usage_point, batch.inn, batch.kind, batch.address,
        batch.branch::text, batch.agreement_number
"""
_SHOWN = ("external_id", "usage_point", "inn", "kind", "address", "branch", "agreement")

CUSTOMER_COLUMNS = (
    "last_name", "first_name", "middle_name", "name", "name_key", "short_name", "inn", "kpp", "ogrn", "snils", "region",
)  # fmt: skip
PAYMENT_COLUMNS = ("balance", "overdue", "payment_class", "payment_reason", "payment_as_of")
PLACE_COLUMNS = ("account", "address", "voltage", "max_power", "reliability_category", "meter", "supplier")

#: By which a batch is joined: of the other columns the planner need know nothing.
KEYS = "row, identity, customer_id, point_id, agreement_id, usage_point, agreement, is_new"

#: Payment figures are taken over unless newer ones are known.
NEWER = "coalesce(batch.payment_as_of >= known.payment_as_of, batch.payment_as_of is not null)"


def differs(column: str, said: str, kept: str) -> str:
    """The condition that a row says something of a column, and something else than is kept."""
    return f"({said}.{column} is not null and {said}.{column} is distinct from {kept}.{column})"


_ANYTHING_NEW = f"""
    known.id is null
    or (batch.external_id is not null and known.external_id is null)
    or batch.group <> known.group_id
    or (batch.branch is not null and batch.branch <> all (known.branch_ids))
    or {" or ".join(differs(column, "batch", "known") for column in CUSTOMER_COLUMNS)}
    or ({NEWER} and ({" or ".join(differs(column, "batch", "known") for column in PAYMENT_COLUMNS)}))
    or exists (
        select from (
            values ('REGISTERED', batch.registered_address), ('POSTAL', batch.postal_address)) said (kind, text)
        left join customers_customeraddress kept on kept.customer_id = known.id and kept.kind = said.kind
        where said.text is not null and said.text is distinct from kept.text)
    or exists (
        select 1 from (
            select 'PHONE' as kind, unnest(batch.phone) as value union all select 'EMAIL', unnest(batch.email)
        ) said left join customers_contactpoint kept
            on kept.customer_id = known.id and kept.kind = said.kind and kept.value = said.value
        where kept.id is null)
    or (batch.contact_person is not null and not exists (
        select 1 from customers_contactperson kept where kept.customer_id = known.id
            and kept.name = batch.contact_person and kept.phone = coalesce(batch.contact_phone, kept.phone)
            and kept.position = coalesce(batch.contact_position, kept.position)))
    or (batch.usage_point is not null and (
        point.id is null or batch.branch <> point.branch_id
        or (batch.district is not null and batch.district is distinct from point.district_id)
        or {" or ".join(differs(column, "batch", "point") for column in PLACE_COLUMNS)}))
    or (batch.agreement is not null and (
        agreement.id is null or batch.signed_on <> agreement.signed_on
        or {differs("ends_on", "batch", "agreement")}
        or (batch.usage_point is not null and agreement.usage_point_id is distinct from batch.point_id)))
"""

_KEEP_WAITING = f"""
    insert into customers_importrow
        (source_id, row, external_id, usage_point, agreement, customer, place, rest, known_as, differs)
    select %(source)s, batch.row, batch.external_id, batch.usage_point, batch.agreement,
        incoming.customer, incoming.place, incoming.rest, batch.customer_id, coalesce({_ANYTHING_NEW}, false)
    from import_batch batch join import_incoming incoming using (row)
    left join customers_customer known on known.id = batch.customer_id
    left join customers_usagepoint point on point.id = batch.point_id
    left join customers_agreement agreement on agreement.id = batch.agreement_id
"""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Under whose rights a batch goes in, and what holds where its rows do not say."""

    source: int
    scope: Scope
    group: int | None
    branch: int | None
    #: The headings of the file, by code of the column.
    titles: Mapping[str, str]

    @property
    def values(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "group": self.group,
            "branch": self.branch,
            "everything": self.scope.everything,
            "groups": sorted(self.scope.groups_edited),
            "branches": sorted(self.scope.branches),
        }


def take_rows(rows: Sequence[Row], terms: Terms) -> Sequence[Fault]:
    """Look up rows of the file in the base; those with nothing in their way are left waiting.

    :return: what is in the way of the others.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INCOMING)
        with cursor.copy(_COPY) as copy:
            for row in rows:
                parts = (json.dumps(part, ensure_ascii=False) for part in (row.customer, row.place, row.rest))
                copy.write_row((row.row, row.external_id, row.usage_point, row.agreement, *parts))
        faults = _judged(terms)
        cursor.execute(_KEEP_WAITING, terms.values)
    return faults


def take_waiting(limit: int, terms: Terms) -> tuple[int, Sequence[Fault]]:
    """Take the next waiting rows into `import_batch`, where they can be entered from.

    :return: how many were taken, and what is in the way of some of them, which are left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INCOMING)
        cursor.execute(_WAITING, {"source": terms.source, "limit": limit})
        taken = cursor.rowcount
        faults = _judged(terms) if taken else []
    return taken, faults


def _judged(terms: Terms) -> Sequence[Fault]:
    """Find who is meant by the incoming rows, and put out those that cannot be entered."""
    with connection.cursor() as cursor:
        cursor.execute("analyze import_incoming (row, external_id, usage_point)")
        cursor.execute(_BATCH, terms.values)
        cursor.execute("alter table import_batch add primary key (row)")
        cursor.execute(f"analyze import_batch ({KEYS})")
        cursor.execute(_HINDERED, terms.values)
        faults = []
        for row, number, *shown in cursor.fetchall():
            _when, column, reason = _OBSTACLES[number]
            if column not in terms.titles:
                column = "external_id" if "external_id" in terms.titles else "usage_point"
            value = dict(zip(_SHOWN, shown, strict=True)).get(column)
            faults.append(Fault(row, terms.titles[column], value or "", _(reason)))
    return faults
