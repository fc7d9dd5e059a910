"""Rows of one import that contradict each other: found over the whole file, in one statement."""

from collections.abc import Mapping, Sequence

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from opora.registry.customers.import_file.rows import Fault

#: When, at which column, what is said, and which earlier row is named. The first row of a customer, usage point or
#: agreement speaks for it; a later one may say less, but nothing else.
_CONTRADICTIONS: Sequence[tuple[str, str, str, str]] = (
    ("told.row > alike.row", "key", gettext_noop("Repeats row %d."), "alike"),
    (
        "told.external_id is distinct from point.external_id and told.usage_point is not null",
        "usage_point",
        gettext_noop("This usage point is in row %d with another customer."),
        "point",
    ),
    (
        "told.identity <> agreement.identity",
        "agreement",
        gettext_noop("This agreement is in row %d with another customer."),
        "agreement",
    ),
    (
        "told.identity <> firm.identity",
        "inn",
        gettext_noop("A firm with this INN and KPP is in row %d under another code."),
        "firm",
    ),
    (
        "not told.customer <@ customer.customer",
        "key",
        gettext_noop("Says something else of the customer than row %d."),
        "customer",
    ),
    (
        "not told.place <@ point.place",
        "usage_point",
        gettext_noop("Says something else of the usage point than row %d."),
        "point",
    ),
)

_FIND = f"""
    with told as materialized (
        select row, external_id, usage_point, agreement, customer, place,
            coalesce('code ' || external_id, 'point ' || usage_point) as identity,
            case when customer ->> 'kind' = 'LEGAL_ENTITY' and customer ->> 'inn' <> ''
                then (customer ->> 'inn') || ' ' || coalesce(customer ->> 'kpp', '') end as firm
        from customers_importrow where source_id = %(source)s
    ), alike as (
        select distinct on (identity, usage_point, agreement) identity, usage_point, agreement, row
        from told order by identity, usage_point, agreement, row
    ), customer as (
        select distinct on (identity) identity, row, customer from told order by identity, row
    ), point as (
        select distinct on (usage_point) usage_point, row, external_id, place
        from told where usage_point is not null order by usage_point, row
    ), agreement as (
        select distinct on (agreement) agreement, row, identity
        from told where agreement is not null order by agreement, row
    ), firm as (
        select distinct on (firm) firm, row, identity from told where firm is not null order by firm, row
    ), judged as (
        select told.*, array[{", ".join(f"{earlier}.row" for *_rest, earlier in _CONTRADICTIONS)}] as earlier,
            case {" ".join(f"when {when} then {n}" for n, (when, *_rest) in enumerate(_CONTRADICTIONS))} end as n
        from told
        join alike on alike.identity = told.identity
            and coalesce(alike.usage_point, '') = coalesce(told.usage_point, '')
            and coalesce(alike.agreement, '') = coalesce(told.agreement, '')
        join customer on customer.identity = told.identity
        left join point on point.usage_point = told.usage_point
        left join agreement on agreement.agreement = told.agreement
        left join firm on firm.firm = told.firm
    ), put_out as (
        delete from customers_importrow waiting using judged
        where waiting.source_id = %(source)s and waiting.row = judged.row and judged.n is not null
    )
    select row, n, earlier[n + 1], external_id, usage_point, substr(agreement, strpos(agreement, ' ') + 1), firm
    from judged where n is not null order by row
"""


def put_out_contradictions(import_id: int, titles: Mapping[str, str]) -> Sequence[Fault]:
    """Take rows that contradict earlier ones out of the waiting, and say what each of them contradicts."""
    with connection.cursor() as cursor:
        # the rows are too fresh for statistics, and without them the planner would compare each with each
        cursor.execute("set local work_mem = '64MB'; set local enable_nestloop = off")
        cursor.execute(_FIND, {"source": import_id})
        found = cursor.fetchall()
        cursor.execute("set local enable_nestloop = on")
        faults = []
        for row, number, earlier, external_id, usage_point, agreement, firm in found:
            _when, column, reason, _earlier = _CONTRADICTIONS[number]
            if column == "key":
                column = "external_id" if external_id else "usage_point"
            shown = {"external_id": external_id, "usage_point": usage_point, "agreement": agreement, "inn": firm}
            faults.append(Fault(row, titles[column], shown[column] or "", _(reason) % earlier))
    return faults
