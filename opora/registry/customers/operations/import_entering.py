"""Entering the rows of `import_batch` into the base: new ones are added, differences are changed, the rest is left."""

from collections import defaultdict
from dataclasses import dataclass

from django.db import connection

from opora.platform.access.models import User
from opora.platform.journal.events import Event
from opora.platform.journal.operations import publish_many
from opora.registry.customers.events import CustomerChanged, CustomerRegistered
from opora.registry.customers.models import Customer, CustomerGroup
from opora.registry.customers.operations.customers import refresh_documents
from opora.registry.customers.operations.import_batches import (
    CUSTOMER_COLUMNS,
    KEYS,
    NEWER,
    PAYMENT_COLUMNS,
    PLACE_COLUMNS,
    Terms,
    differs,
)

_LOCK = """
    select from customers_customer where id in (select customer_id from import_batch) order by id for update
"""

_NUMBER = """
    update import_batch batch set customer_id = fresh.id, is_new = true
    from (
        select identity, nextval(pg_get_serial_sequence('customers_customer', 'id')) as id
        from (select distinct identity from import_batch where customer_id is null) strangers
    ) fresh
    where batch.customer_id is null and batch.identity = fresh.identity
"""

_ADD_CUSTOMERS = f"""
    insert into customers_customer (id, kind, group_id, branch_ids, external_id, {", ".join(CUSTOMER_COLUMNS)},
        balance, overdue, payment_class, payment_reason, payment_as_of, version, created_at)
    select distinct on (customer_id) customer_id, kind, coalesce("group", %(group)s), places.branches, external_id,
        {", ".join(f"coalesce({column}, '')" for column in CUSTOMER_COLUMNS)},
        balance, overdue, coalesce(payment_class, ''), coalesce(payment_reason, ''), payment_as_of, 1, now()
    from import_batch join (
        select customer_id, array_agg(distinct branch_or_default) as branches
        from import_batch where is_new group by customer_id
    ) places using (customer_id)
    where is_new order by customer_id, row
    returning id, group_id
"""

_COLUMNS_CHANGED = ", ".join(
    [f"case when {differs(column, 'batch', 'known')} then '{column}' end" for column in CUSTOMER_COLUMNS]
    + [f"case when {NEWER} and {differs(column, 'batch', 'known')} then '{column}' end" for column in PAYMENT_COLUMNS]
)

_CHANGE_CUSTOMERS = f"""
    with places as (
        select customer_id, array_agg(distinct place) as branches from (
            select customer_id, coalesce(branch, case when usage_point is not null and point_id is null
                                                 then branch_or_default end) as place
            from import_batch where not is_new
        ) said where place is not null group by customer_id
    ), said as (
        select distinct on (customer_id) batch.*, places.branches
        from import_batch batch left join places using (customer_id) where not is_new order by customer_id, row
    ), changes as (
        select batch.*, {NEWER} as newer, array_remove(array[
            case when batch.group <> known.group_id then 'group' end,
            case when not batch.branches <@ known.branch_ids then 'branches' end,
            case when known.external_id is null and batch.external_id is not null then 'external_id' end,
            {_COLUMNS_CHANGED}], null) as fields
        from said batch join customers_customer known on known.id = batch.customer_id
    )
    update customers_customer known set version = version + 1, group_id = coalesce(batch.group, group_id),
        branch_ids = array(select distinct unnest(known.branch_ids || batch.branches) order by 1),
        external_id = coalesce(known.external_id, batch.external_id),
        {", ".join(f"{column} = coalesce(batch.{column}, known.{column})" for column in CUSTOMER_COLUMNS)},
        {
    ", ".join(
        f"{column} = case when batch.newer then coalesce(batch.{column}, known.{column}) else known.{column} end"
        for column in PAYMENT_COLUMNS
    )
}
    from changes batch where known.id = batch.customer_id and cardinality(batch.fields) > 0
    returning known.id, batch.fields
"""

_PUT_ADDRESSES = """
    insert into customers_customeraddress as kept (customer_id, kind, text)
    select distinct on (customer_id, said.kind) customer_id, said.kind, said.text
    from import_batch cross join lateral (
        values ('REGISTERED', registered_address), ('POSTAL', postal_address)) said (kind, text)
    where said.text is not null order by customer_id, said.kind, row
    on conflict (customer_id, kind) do update set text = excluded.text, gar_id = null where kept.text <> excluded.text
    returning customer_id
"""

_ADD_CONTACT_POINTS = """
    insert into customers_contactpoint (customer_id, kind, value, note, is_primary)
    select customer_id, kind, value, '', said.place = 1 and not exists (
        select from customers_contactpoint kept
        where kept.customer_id = said.customer_id and kept.kind = said.kind and kept.is_primary)
    from (
        select customer_id, kind, value,
            row_number() over (partition by customer_id, kind order by min(row), min(place)) as place
        from (
            select customer_id, 'PHONE' as kind, value, row, place
            from import_batch, unnest(phone) with ordinality phones (value, place)
            union all
            select customer_id, 'EMAIL', value, row, place
            from import_batch, unnest(email) with ordinality emails (value, place)
        ) told group by customer_id, kind, value
    ) said
    on conflict (customer_id, kind, value) do nothing returning customer_id
"""

_SAID_OF_PERSONS = """
    select distinct on (customer_id, contact_person) customer_id, contact_person as name,
        contact_position as position, contact_phone as phone
    from import_batch where contact_person is not null order by customer_id, contact_person, row
"""

_CHANGE_PERSONS = f"""
    update customers_contactperson kept
    set position = coalesce(said.position, kept.position), phone = coalesce(said.phone, kept.phone)
    from ({_SAID_OF_PERSONS}) said where kept.customer_id = said.customer_id and kept.name = said.name
        and (said.position <> kept.position or said.phone <> kept.phone)
    returning kept.customer_id
"""

_ADD_PERSONS = f"""
    insert into customers_contactperson (customer_id, name, position, phone, email)
    select customer_id, name, coalesce(position, ''), coalesce(phone, ''), '' from ({_SAID_OF_PERSONS}) said
    where not exists (
        select from customers_contactperson kept where kept.customer_id = said.customer_id and kept.name = said.name)
    returning customer_id
"""

_CHANGE_PLACES = f"""
    update customers_usagepoint kept set version = version + 1,
        branch_id = coalesce(said.branch, kept.branch_id), district_id = coalesce(said.district, kept.district_id),
        gar_id = case when said.address <> kept.address then null else kept.gar_id end,
        {", ".join(f"{column} = coalesce(said.{column}, kept.{column})" for column in PLACE_COLUMNS)}
    from (select distinct on (point_id) * from import_batch where point_id is not null order by point_id, row) said
    where kept.id = said.point_id and (said.branch <> kept.branch_id
        or (said.district is not null and said.district is distinct from kept.district_id)
        or {" or ".join(differs(column, "said", "kept") for column in PLACE_COLUMNS)})
    returning kept.customer_id
"""

_ADD_PLACES = """
    insert into customers_usagepoint (number, customer_id, branch_id, district_id, account, address, voltage, max_power,
        reliability_category, meter, supplier, version)
    select distinct on (usage_point) usage_point, customer_id, branch_or_default, district, coalesce(account, ''),
        address, coalesce(voltage, 'NN'), max_power, coalesce(reliability_category, 'III'), coalesce(meter, ''),
        coalesce(supplier, ''), 1
    from import_batch where usage_point is not null and point_id is null order by usage_point, row
    returning customer_id
"""

_SAID_OF_AGREEMENTS = """
    select distinct on (agreement) agreement_id, batch.customer_id, agreement_number, agreement_kind, signed_on,
        ends_on, point.id as point_id
    from import_batch batch left join customers_usagepoint point on point.number = batch.usage_point
    where agreement is not null order by agreement, row
"""

_CHANGE_AGREEMENTS = f"""
    update customers_agreement kept set signed_on = said.signed_on, ends_on = coalesce(said.ends_on, kept.ends_on),
        usage_point_id = coalesce(said.point_id, kept.usage_point_id)
    from ({_SAID_OF_AGREEMENTS}) said where kept.id = said.agreement_id and (said.signed_on <> kept.signed_on
        or {differs("ends_on", "said", "kept")}
        or (said.point_id is not null and said.point_id is distinct from kept.usage_point_id))
    returning kept.customer_id
"""

_ADD_AGREEMENTS = f"""
    insert into customers_agreement (customer_id, usage_point_id, number, kind, signed_on, ends_on)
    select customer_id, point_id, agreement_number, agreement_kind, signed_on, ends_on
    from ({_SAID_OF_AGREEMENTS}) said where agreement_id is null
    returning customer_id
"""

#: In the order of their dependence; by what the history calls the change.
_BELONGINGS = (
    ("addresses", _PUT_ADDRESSES),
    ("contact_points", _ADD_CONTACT_POINTS),
    ("contact_persons", _CHANGE_PERSONS),
    ("contact_persons", _ADD_PERSONS),
    ("usage_points", _CHANGE_PLACES),
    ("usage_points", _ADD_PLACES),
    ("agreements", _CHANGE_AGREEMENTS),
    ("agreements", _ADD_AGREEMENTS),
)


@dataclass(frozen=True)
class Entered:
    """Customers of a batch, by what has become of them."""

    created: int
    changed: int
    unchanged: int


def enter_batch(terms: Terms, *, by: User) -> Entered:
    """Write the batch, in a set of statements however long it is, and journal each customer that it touched."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        cursor.execute(_NUMBER)
        cursor.execute(f"analyze import_batch ({KEYS})")
        cursor.execute(_ADD_CUSTOMERS, terms.values)
        groups = dict(cursor.fetchall())
        cursor.execute(_CHANGE_CUSTOMERS)
        fields: dict[int, set[str]] = defaultdict(set)
        for customer_id, changed in cursor.fetchall():
            fields[customer_id] |= set(changed)
        for name, statement in _BELONGINGS:
            cursor.execute(statement)
            for (customer_id,) in cursor.fetchall():
                if customer_id not in groups:
                    fields[customer_id].add(name)
        cursor.execute("select count(distinct customer_id) from import_batch")
        (everybody,) = cursor.fetchone()
    refresh_documents([*groups, *fields])
    _journal(groups, fields, by)
    return Entered(len(groups), len(fields), everybody - len(groups) - len(fields))


def _journal(groups: dict[int, int], fields: dict[int, set[str]], by: User) -> None:
    codes = dict(CustomerGroup.objects.filter(pk__in=set(groups.values())).values_list("pk", "code"))
    events: dict[int, Event] = {
        pk: CustomerRegistered(customer_id=pk, group=codes[group]) for pk, group in groups.items()
    }
    events |= {pk: CustomerChanged(customer_id=pk, fields=sorted(names)) for pk, names in fields.items()}
    publish_many(((event, [Customer(pk=pk)]) for pk, event in events.items()), by=by)
