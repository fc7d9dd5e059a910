"""Bringing the network to what a file says: as a difference, foreseen before it is applied."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.registry.grid.events import NetworkImported
from opora.registry.grid.models import NetworkVersion
from opora.registry.grid.network import Container, Element, Network, NetworkFaulty, faults_of
from opora.registry.organization.models import Branch, District

#: Lines of a difference that are told of each kind; all are counted.
SHOWN = 200
LONGEST_KEY = 100
HIGHEST_KV = 2000
#: Imports wait for each other.
_LOCK = 7_313

_CONTAINER = ("kind", "name", "parent", "branch_id", "district_id", "voltage_kv", "latitude", "longitude")
_ELEMENT = ("kind", "name", "container", "voltage_kv", "latitude", "longitude", "nodes", "normally_open")

_EXISTING = {
    "container": """
        select c.mrid, c.kind, c.name, above.mrid as parent, c.branch_id, c.district_id, c.voltage_kv,
            c.latitude, c.longitude, c.part, c.removed_at
        from grid_container c left join grid_container above on above.id = c.parent_id
    """,
    "element": """
        select e.mrid, e.kind, e.name, c.mrid as container, e.voltage_kv, e.latitude, e.longitude,
            e.nodes, e.normally_open, e.part, e.removed_at, e.is_open,
            e.state_source in ('SCADA', 'DISPATCHER') as is_heard
        from grid_element e left join grid_container c on c.id = e.container_id
    """,
}
_COLUMNS = {"container": _CONTAINER, "element": _ELEMENT}


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """One object that differs, and in what."""

    mrid: str
    kind: str
    name: str
    fields: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What becomes of containers, or of elements: counts, and the first lines of each."""

    created: int
    changed: int
    removed: int
    created_lines: Sequence[DifferenceLine]
    changed_lines: Sequence[DifferenceLine]
    removed_lines: Sequence[DifferenceLine]


@dataclass(frozen=True, slots=True)
class Difference:
    """What an import changes."""

    containers: Changes
    elements: Changes

    @property
    def is_empty(self) -> bool:
        return not any(self.counts.values())

    @property
    def counts(self) -> dict[str, int]:
        return {
            f"{what}_{how}": getattr(changes, how)
            for what, changes in (("containers", self.containers), ("elements", self.elements))
            for how in ("created", "changed", "removed")
        }


@transaction.atomic
def foresee_import(*, network: Network, part: str = "", branch_id: int | None = None) -> Difference:
    """Say what `import_network` would change; nothing is written.

    :raises NetworkFaulty: when the network is broken; every faulty object is named.
    """
    _stage(network, part, branch_id)
    return _difference(part)


@transaction.atomic
def import_network(*, network: Network, by: User, part: str = "", branch_id: int | None = None) -> Difference:
    """Bring a part of the network to what was read: what it lacks is created, what it has besides is removed.

    Positions heard from telecontrol or entered by dispatchers stay; so do keys of what is removed, for history's sake.

    :param part: the name of the part the file holds whole, such as a branch; other parts are not touched.
    :param branch_id: of containers of which neither the file nor their parents say.
    :raises NetworkFaulty: when the network is broken; every faulty object is named, and nothing is changed.
    """
    _stage(network, part, branch_id)
    difference = _difference(part)
    if difference.is_empty:
        return difference
    _apply(part)
    version = NetworkVersion(by=by, part=part, difference=difference.counts)
    version.save()
    event = NetworkImported(version_id=version.pk, part=part, difference=difference.counts)
    publish(event, by=by, about=[version])
    announce("grid")
    return difference


def _stage(network: Network, part: str, branch_id: int | None) -> None:
    """Put what was read into temporary tables, and refuse it when it is broken."""
    faults = faults_of(network) + _immeasurable(network)
    structure = _structure(network.containers, branch_id, faults)
    if faults:
        raise NetworkFaulty(faults)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(
            """
            drop table if exists incoming_container, incoming_element;
            create temporary table incoming_container (
                mrid text primary key, kind text, name text, parent text, branch_id smallint, district_id bigint,
                voltage_kv numeric(9, 3), latitude double precision, longitude double precision
            ) on commit drop;
            create temporary table incoming_element (
                mrid text primary key, kind text, name text, container text, voltage_kv numeric(9, 3),
                latitude double precision, longitude double precision, node_mrids text[], normally_open boolean,
                is_open boolean, is_told boolean, nodes bigint[] default '{}'
            ) on commit drop;
            """
        )
    _copy("incoming_container", ("mrid", *_CONTAINER), (
        (c.mrid, str(c.kind), c.name[:200], c.parent, *structure[c.mrid], c.voltage_kv, *(c.position or (None, None)))
        for c in network.containers
    ))  # fmt: skip
    _copy("incoming_element", (
        "mrid", "kind", "name", "container", "voltage_kv", "latitude", "longitude", "node_mrids", "normally_open",
        "is_open", "is_told",
    ), (
        (
            e.mrid, str(e.kind), e.name[:200], e.container, e.voltage_kv, *(e.position or (None, None)),
            list(e.nodes), e.normally_open, e.is_open, e.open is not None,
        )
        for e in network.elements
    ))  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("analyze incoming_container; analyze incoming_element")
        _resolve_nodes()
        for table in _COLUMNS:
            cursor.execute(
                f"""
                select there.name, there.mrid, there.part from incoming_{table} incoming
                join grid_{table} there using (mrid) where there.part <> %s and there.removed_at is null
                order by there.mrid limit {SHOWN}
                """,
                [part],
            )
            faults += [
                _("%(name)s (%(mrid)s) belongs to the part “%(part)s”.") % {"name": name, "mrid": mrid, "part": other}
                for name, mrid, other in cursor.fetchall()
            ]
    if faults:
        raise NetworkFaulty(faults)


def _immeasurable(network: Network) -> list[str]:
    """Name what the tables would not hold: keys that are too long, voltages that no grid has."""
    keys: list[tuple[Container | Element, tuple[str, ...]]] = [
        *((container, (container.mrid,)) for container in network.containers),
        *((element, (element.mrid, *element.nodes)) for element in network.elements),
    ]
    faults = []
    for thing, its_keys in keys:
        title = {"name": thing.name, "mrid": thing.mrid[:LONGEST_KEY]}
        if max(map(len, its_keys)) > LONGEST_KEY:
            faults.append(_("%(name)s (%(mrid)s): an mRID is longer than %(most)d signs.")
                          % {**title, "most": LONGEST_KEY})  # fmt: skip
        if thing.voltage_kv is not None and not 0 <= thing.voltage_kv <= HIGHEST_KV:
            faults.append(_("%(name)s (%(mrid)s): no grid has a voltage of %(voltage)s kV.")
                          % {**title, "voltage": thing.voltage_kv})  # fmt: skip
    return faults


def _structure(
    containers: Iterable[Container], branch_id: int | None, faults: list[str]
) -> Mapping[str, tuple[int | None, int | None]]:
    """Find branch and district of each container: its own, else those of what it stands in."""
    by_mrid = {container.mrid: container for container in containers}
    branches = {name: pk for pk, *names in Branch.objects.values_list("id", "code", "name", "short_name")
                for name in names}  # fmt: skip
    districts = {name: (branch, pk) for pk, branch, *names in
                 District.objects.values_list("id", "branch_id", "code", "name") for name in names}  # fmt: skip
    found: dict[str, tuple[int | None, int | None]] = {}
    for container in by_mrid.values():
        for what, name, known in (
            (_("branch"), container.branch, branches),
            (_("district"), container.district, districts),
        ):
            if name and name not in known:
                faults.append(
                    _("%(title)s: there is no %(what)s “%(name)s” in the company.")
                    % {"title": f"{container.name} ({container.mrid})", "what": what, "name": name}
                )
    for container in by_mrid.values():
        above: Container | None = container
        branch = district = None
        steps = 0
        while above is not None and branch is None and steps <= len(by_mrid):
            if district is None and above.district in districts:
                branch, district = districts[above.district]
            if branch is None and above.branch in branches:
                branch = branches[above.branch]
            above, steps = by_mrid.get(above.parent or ""), steps + 1
        found[container.mrid] = (branch or branch_id, district)
    return found


def _copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy {table} ({', '.join(columns)}) from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def _resolve_nodes() -> None:
    """Give incoming elements the ids of their nodes; a node that is not there yet counts as 0."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update incoming_element incoming set nodes = found.ids from (
                select element.mrid, array_agg(coalesce(node.id, 0) order by node.id) as ids
                from incoming_element element cross join unnest(element.node_mrids) as told (mrid)
                left join grid_node node on node.mrid = told.mrid
                group by element.mrid
            ) found where found.mrid = incoming.mrid
            """
        )


def _difference(part: str) -> Difference:
    return Difference(containers=_changes("container", part), elements=_changes("element", part))


def _changes(table: str, part: str) -> Changes:
    existing = f"({_EXISTING[table]}) there"
    columns = list(_COLUMNS[table])
    differs = [f"incoming.{column} is distinct from there.{column}" for column in columns]
    if table == "element":
        columns.append("is_open")
        differs.append("incoming.is_open <> there.is_open and not there.is_heard")
    fields = " || ".join(f"case when {condition} then array['{column}'] else '{{}}' end"
                         for condition, column in zip(differs, columns, strict=True))  # fmt: skip
    queries = {
        "created": f"select incoming.mrid, incoming.kind, incoming.name, '{{}}'::text[] from incoming_{table} incoming "
        f"left join {existing} using (mrid) where there.mrid is null or there.removed_at is not null",
        "changed": f"select incoming.mrid, incoming.kind, incoming.name, {fields} from incoming_{table} incoming "
        f"join {existing} using (mrid) where there.removed_at is null and ({' or '.join(differs)})",
        "removed": f"select there.mrid, there.kind, there.name, '{{}}'::text[] from {existing} "
        f"left join incoming_{table} incoming using (mrid) "
        "where incoming.mrid is null and there.removed_at is null and there.part = %(part)s",
    }
    counts: dict[str, int] = {}
    lines: dict[str, list[DifferenceLine]] = {}
    with connection.cursor() as cursor:
        for how, query in queries.items():
            cursor.execute(f"select count(*) from ({query}) found", {"part": part})
            counts[how] = cursor.fetchone()[0]
            cursor.execute(f"{query} order by 3, 1 limit {SHOWN}", {"part": part})
            lines[how] = [DifferenceLine(*row) for row in cursor.fetchall()]
    return Changes(
        created=counts["created"],
        changed=counts["changed"],
        removed=counts["removed"],
        created_lines=lines["created"],
        changed_lines=lines["changed"],
        removed_lines=lines["removed"],
    )


def _apply(part: str) -> None:
    """Write the difference: nodes, containers, elements; each kind in a few statements."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into grid_node (mrid)
            select distinct told.mrid from incoming_element, unnest(node_mrids) as told (mrid)
            on conflict (mrid) do nothing
            """
        )
    _resolve_nodes()
    with connection.cursor() as cursor:
        for statement in _APPLYING:
            cursor.execute(statement, {"part": part})


_APPLYING = (
    """
    insert into grid_container as there
        (mrid, kind, name, branch_id, district_id, voltage_kv, latitude, longitude, part)
    select mrid, kind, name, branch_id, district_id, voltage_kv, latitude, longitude, %(part)s
    from incoming_container
    on conflict (mrid) do update set
        kind = excluded.kind, name = excluded.name, branch_id = excluded.branch_id,
        district_id = excluded.district_id, voltage_kv = excluded.voltage_kv, latitude = excluded.latitude,
        longitude = excluded.longitude, part = excluded.part, removed_at = null
    """,
    """
    update grid_container there set parent_id = above.id
    from incoming_container incoming left join grid_container above on above.mrid = incoming.parent
    where there.mrid = incoming.mrid and there.parent_id is distinct from above.id
    """,
    """
    insert into grid_element as there
        (mrid, kind, name, container_id, voltage_kv, latitude, longitude, nodes, normally_open, is_open,
         state_source, part)
    select incoming.mrid, incoming.kind, incoming.name, c.id, incoming.voltage_kv, incoming.latitude,
        incoming.longitude, incoming.nodes, incoming.normally_open, incoming.is_open,
        case when incoming.is_told then 'MODEL' else 'NORMAL' end, %(part)s
    from incoming_element incoming left join grid_container c on c.mrid = incoming.container
    on conflict (mrid) do update set
        kind = excluded.kind, name = excluded.name, container_id = excluded.container_id,
        voltage_kv = excluded.voltage_kv, latitude = excluded.latitude, longitude = excluded.longitude,
        nodes = excluded.nodes, normally_open = excluded.normally_open, part = excluded.part, removed_at = null,
        is_open = case when there.state_source in ('SCADA', 'DISPATCHER') then there.is_open
            else excluded.is_open end,
        state_source = case when there.state_source in ('SCADA', 'DISPATCHER') then there.state_source
            else excluded.state_source end
    """,
    """
    update grid_element there set removed_at = now() where part = %(part)s and removed_at is null
    and not exists (select from incoming_element incoming where incoming.mrid = there.mrid)
    """,
    """
    update grid_container there set removed_at = now() where part = %(part)s and removed_at is null
    and not exists (select from incoming_container incoming where incoming.mrid = there.mrid)
    """,
)
