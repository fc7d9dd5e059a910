"""What anybody may see of outages: enough to know, never so much that a household can be told."""

import json

import pytest
from django.db import connection
from django.test import Client

from opora.platform.scope import EVERYTHING, scoped
from opora.processes.outages.models import Outage
from opora.processes.outages.queries.public import FEWEST, forget_public_outages, public_outages
from opora.registry.customers.models import UsagePoint
from opora.registry.customers.operations import add_usage_point
from opora.registry.grid.models import Element


@pytest.fixture
def street(town):
    """Ten usage points on one street below Q1, two on another: three of the town stand on the first already."""
    forget_public_outages()
    for number in range(1, 10):
        add_usage_point(
            customer_id=town.world.customer.pk, branch_id=town.world.branch.pk, district_id=town.world.district.pk,
            number=f"П-{number}", address=f"г Краснодар, ул {'Новая' if number < 8 else 'Тихая'}, д {number}, кв 1",
            by=town.admin,
        )  # fmt: skip
    UsagePoint.objects.filter(number__startswith="П-").update(element=town.grid["C1"])
    Element.objects.filter(pk=town.grid["C1"]).update(latitude=45.03512, longitude=38.97527)
    yield town
    forget_public_outages()


def test_streets_and_squares_are_named_only_when_enough_people_are_off_there(street):
    street.opens("Q1")
    Outage.objects.update(stage="CONFIRMED")

    (outage,) = public_outages().outages

    # 3 + 7 = 10 on the first street, 2 on the other; 12 in the square, which is shown by its middle
    assert (outage.points, outage.streets) == (12, ("г Краснодар, ул Новая",))
    assert [(cell.latitude, cell.longitude, cell.points) for cell in outage.cells] == [(45.035, 38.975, 12)]


def test_a_small_outage_has_no_point_and_no_street(street):
    UsagePoint.objects.filter(number__startswith="П-").update(element=None)
    street.opens("Q1")
    Outage.objects.update(stage="CONFIRMED", area="ул Новая, д 3, у Ивановых")

    (outage,) = public_outages().outages

    assert (outage.points, outage.streets, outage.cells) == (None, (), ())
    assert outage.districts == (street.world.district.name,)
    assert "Ивановых" not in repr(outage)


def test_what_may_reclose_by_itself_is_not_told(street):
    street.opens("Q1")
    assert public_outages().outages == ()


def test_the_list_is_asked_of_the_database_twice_a_minute_whoever_comes(street, django_assert_num_queries):
    public_outages()
    with django_assert_num_queries(0):
        public_outages()


def test_a_stranger_reads_the_list_the_map_and_the_page(street):
    street.opens("Q1")
    Outage.objects.update(stage="CONFIRMED")
    stranger = Client()

    listed = stranger.get("/api/v1/public/outages")
    mapped = stranger.get("/api/v1/public/outages.geojson")
    page = stranger.get("/outages/public/")

    assert (listed.status_code, mapped.status_code, page.status_code) == (200, 200, 200)
    assert listed.json()["outages"][0]["points"] == 12
    (feature,) = mapped.json()["features"]
    assert (feature["geometry"], feature["properties"]["points"]) == (
        {"type": "Point", "coordinates": [38.975, 45.035]}, 12,
    )  # fmt: skip
    assert listed["Cache-Control"] == "public, max-age=30"
    told = json.dumps(listed.json(), ensure_ascii=False) + page.content.decode()
    with scoped(EVERYTHING), connection.cursor() as cursor:
        cursor.execute("select name from customers_customer union select number from customers_usagepoint")
        assert [name for (name,) in cursor.fetchall() if name in told] == []
    assert FEWEST == 10
