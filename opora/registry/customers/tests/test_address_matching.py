"""Usage points and the houses of the register: what is taken for certain, what waits for a decision, and deciding."""

from uuid import UUID

import pytest

from opora.gateways.gar.delivery import GarDelivery
from opora.gateways.gar.tests.deliveries import TOWN, guid, house, place, write, xml
from opora.platform.errors import ChangedMeanwhile, EditForbidden, NotVisible
from opora.platform.journal.models import Entry
from opora.platform.journal.queries import history_of
from opora.platform.scope import scoped
from opora.registry.addresses.operations import apply_delivery, read_delivery
from opora.registry.customers.models import AddressDoubt, UsagePoint
from opora.registry.customers.operations import (
    DecidedAlready,
    add_usage_point,
    change_usage_point,
    decide_address,
    match_usage_point_addresses,
    reopen_address,
)
from opora.registry.customers.operations.address_matching import Matched
from opora.registry.customers.queries.address_doubts import doubt_counts, open_doubts

CERTAIN = "г Краснодар, ул Красная, д 12, кв 5"
DOUBTFUL = "ул Красная, д 12"
NOWHERE = "г Краснодар, ул Неведомая, д 1"


def deliver(base, folder, files, **where):
    delivery = read_delivery(source=GarDelivery(write(folder, files), **where), by=base.admin)
    return apply_delivery(delivery_id=delivery.pk, by=base.admin)


@pytest.fixture
def register(base, tmp_path):
    return deliver(base, tmp_path / "gar_xml", TOWN)


@pytest.fixture
def points(base, register):
    """Three usage points: certain, doubtful, nowhere."""
    for address in (CERTAIN, DOUBTFUL, NOWHERE):
        base.person(address=address)
    return list(UsagePoint.objects.order_by("pk"))


@pytest.fixture
def doubt(base, points):
    match_usage_point_addresses(by=base.admin)
    return AddressDoubt.objects.get(usage_point=points[1])


def test_the_certain_are_bound_and_the_others_wait_with_their_offers(base, points):
    assert match_usage_point_addresses(by=base.admin) == Matched(bound=1, doubtful=2)

    assert [point.gar_id for point in UsagePoint.objects.order_by("pk")] == [guid(101), None, None]
    doubtful, nowhere = open_doubts()
    assert (doubtful.usage_point_id, nowhere.usage_point_id) == (points[1].pk, points[2].pk)
    assert {offer["house_guid"] for offer in doubtful.offers[:2]} == {str(guid(101)), str(guid(106))}
    assert doubtful.confidence == doubtful.offers[0]["confidence"] < 0.5
    assert nowhere.offers == []
    entry = Entry.objects.get(event="customers.AddressesMatched")
    assert entry.facts == {"bound": 1, "doubtful": 2}


def test_matching_again_asks_nothing_twice_and_a_changed_address_is_judged_anew(base, points, doubt):
    assert match_usage_point_addresses(by=base.admin) == Matched()

    point = points[1]
    point.refresh_from_db()
    change_usage_point(
        usage_point_id=point.pk,
        version=point.version,
        changes={"address": "ст-ца Динская, ул Красная, 12"},
        by=base.admin,
    )
    assert match_usage_point_addresses(by=base.admin) == Matched(bound=1)

    point.refresh_from_db()
    assert point.gar_id == guid(106)
    assert not AddressDoubt.objects.filter(usage_point=point).exists()


def test_a_later_register_settles_doubts(base, points, doubt, tmp_path):
    later = {
        "ADDR_OBJ": TOWN["ADDR_OBJ"].replace('NAME="Красный"', 'NAME="Неведомая"').replace('"пер."', '"ул."'),
        "HOUSES": xml("HOUSES", house(110, "1")),
        "ADM_HIERARCHY": xml("ITEMS", place(1, 2, 5, 110)),
    }
    deliver(base, tmp_path / "gar_delta_xml", later)

    assert match_usage_point_addresses(by=base.admin, again=True).bound == 1

    points[2].refresh_from_db()
    assert points[2].gar_id == guid(110)


def test_batches_join_without_a_gap(base, register):
    for number in range(7):
        base.person(address=f"{CERTAIN}{number}")
    steps = []

    matched = match_usage_point_addresses(by=base.admin, batch=3, on_progress=lambda *step: steps.append(step))

    assert matched == Matched(bound=7)
    assert steps == [(3, 7), (6, 7), (7, 7)]


def test_the_likeliest_house_is_accepted_and_journalled_on_the_card(base, points, doubt):
    point = decide_address(doubt_id=doubt.pk, house=guid(106), by=base.admin)

    assert point.gar_id == guid(106)
    assert [each.pk for each in open_doubts()] == [AddressDoubt.objects.get(usage_point=points[2]).pk]
    line = history_of(point.customer)[0]
    assert (line.label, line.facts["house"]) == ("Дом точки поставки определён", str(guid(106)))


def test_none_of_the_houses_is_a_decision_too_and_nobody_is_asked_again(base, points, doubt):
    decide_address(doubt_id=doubt.pk, house=None, by=base.admin)

    points[1].refresh_from_db()
    assert points[1].gar_id is None
    assert match_usage_point_addresses(by=base.admin, again=True) == Matched(doubtful=1)
    assert points[1].pk not in [each.usage_point_id for each in open_doubts()]


def test_a_decision_can_be_taken_back(base, points, doubt):
    decide_address(doubt_id=doubt.pk, house=guid(106), by=base.admin)

    reopen_address(doubt_id=doubt.pk, by=base.admin)

    points[1].refresh_from_db()
    assert points[1].gar_id is None
    assert doubt.pk in [each.pk for each in open_doubts()]
    assert history_of(points[1].customer)[0].label == "Решение о доме отменено"


def test_the_second_to_decide_is_told_so(base, doubt):
    decide_address(doubt_id=doubt.pk, house=guid(106), by=base.admin)

    with pytest.raises(DecidedAlready):
        decide_address(doubt_id=doubt.pk, house=guid(101), by=base.admin)

    assert doubt.usage_point.__class__.objects.get(pk=doubt.usage_point_id).gar_id == guid(106)


def test_an_address_that_changed_since_is_not_decided_on(base, points, doubt):
    change_usage_point(usage_point_id=points[1].pk, version=1, changes={"address": "другой"}, by=base.admin)

    with pytest.raises(ChangedMeanwhile):
        decide_address(doubt_id=doubt.pk, house=guid(101), by=base.admin)

    assert UsagePoint.objects.get(pk=points[1].pk).gar_id is None


def test_a_house_that_the_register_does_not_have_is_refused(base, points, doubt):
    with pytest.raises(NotVisible):
        decide_address(doubt_id=doubt.pk, house=UUID(int=9), by=base.admin)

    assert AddressDoubt.objects.get(pk=doubt.pk).is_open


def test_who_may_not_see_the_customer_sees_no_doubt_and_who_may_not_edit_him_decides_nothing(base, doubt):
    with scoped(base.scope(sees=["ENTITIES"])):
        assert open_doubts() == []
        with pytest.raises(NotVisible):
            decide_address(doubt_id=doubt.pk, house=None, by=base.admin)
    with scoped(base.scope(sees=["POPULATION"])), pytest.raises(EditForbidden):
        decide_address(doubt_id=doubt.pk, house=None, by=base.admin)

    assert AddressDoubt.objects.get(pk=doubt.pk).is_open


def test_a_usage_point_is_added_with_its_house_and_loses_it_with_its_address(base, register):
    customer = base.person()
    point = add_usage_point(
        customer_id=customer.pk, number="1", branch_id=base.branch.pk, address=CERTAIN, gar_id=guid(101), by=base.admin
    )
    assert point.gar_id == guid(101)

    changed = change_usage_point(usage_point_id=point.pk, version=1, changes={"meter": "5"}, by=base.admin)
    assert changed.gar_id == guid(101)
    changed = change_usage_point(usage_point_id=point.pk, version=2, changes={"address": DOUBTFUL}, by=base.admin)
    assert changed.gar_id is None


def test_the_queue_and_its_counts_take_two_queries_and_one(base, points, doubt, django_assert_num_queries):
    with django_assert_num_queries(2):
        counts = doubt_counts()
    assert (counts.open, counts.without_house, counts.more) == (2, 2, False)

    with django_assert_num_queries(1):
        assert [each.usage_point.customer.name for each in open_doubts()] == ["Иваненко Пётр"] * 2
