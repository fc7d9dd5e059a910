"""Which element of the network supplies a usage point."""

from opora.platform.journal.models import Entry
from opora.platform.scope import scoped
from opora.registry.customers.models import UsagePoint
from opora.registry.customers.operations import bind_usage_points
from opora.registry.customers.operations.supply import Binding
from opora.registry.customers.queries.supply import count_stranded, supplied_below
from opora.registry.grid.models import Element
from opora.registry.grid.operations import import_network
from opora.registry.grid.tests.networks import NETWORK, with_changed


def test_usage_points_are_bound_by_numbers_and_mrids_and_what_is_unknown_is_told(base):
    import_network(network=NETWORK, by=base.admin)
    base.person(number="УП-1")
    base.person(number="УП-2")

    binding = bind_usage_points(pairs={"УП-1": "C1", "УП-2": "C9", "УП-3": "C2"}, by=base.admin)

    assert binding == Binding(bound=1, unknown_numbers=["УП-3"], unknown_elements=["C9"])
    assert UsagePoint.objects.get(number="УП-1").element == Element.objects.get(mrid="C1")
    assert UsagePoint.objects.get(number="УП-2").element is None
    assert bind_usage_points(pairs={"УП-1": "C1"}, by=base.admin).bound == 0
    assert [entry.facts for entry in Entry.objects.filter(event="customers.UsagePointsBound")] == [{"count": 1}]


def test_points_below_an_element_are_given_and_those_whose_element_is_gone_are_counted(base, django_assert_num_queries):
    import_network(network=NETWORK, by=base.admin)
    for number, mrid in (("УП-1", "C1"), ("УП-2", "C2"), ("УП-3", "TP1")):
        base.person(number=number)
        bind_usage_points(pairs={number: mrid}, by=base.admin)
    breaker = Element.objects.get(mrid="Q1").pk

    page = supplied_below(breaker)
    assert [point.number for point in page.points] == ["УП-1", "УП-3"]
    assert (page.total, page.categories, page.next) == (2, [("III", 2)], "")
    first = supplied_below(breaker, limit=1)
    assert ([p.number for p in supplied_below(breaker, after=first.next).points], first.next) == (["УП-3"], "УП-1")
    with django_assert_num_queries(4):
        supplied_below(breaker)
    with scoped(base.scope(sees=["ENTITIES"])):
        assert supplied_below(breaker).total == 0

    import_network(network=with_changed("C2"), by=base.admin)
    assert count_stranded() == 1


def test_what_lies_outside_the_scope_is_not_bound(base):
    import_network(network=NETWORK, by=base.admin)
    base.person(number="УП-1")

    with scoped(base.scope(sees=["ENTITIES"], edits=["ENTITIES"])):
        binding = bind_usage_points(pairs={"УП-1": "C1"}, by=base.admin)

    assert binding == Binding(bound=0, unknown_numbers=["УП-1"], unknown_elements=[])
    assert UsagePoint.objects.get(number="УП-1").element is None
