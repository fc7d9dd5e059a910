"""Outages for everybody: a list and a map, without people and without households."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse
from pydantic import Field

from opora.platform.permissions import PUBLIC
from opora.platform.rest.doors import Door
from opora.platform.rest.schemas import Output
from opora.processes.outages.queries.public import FEWEST, KEPT_SECONDS, PublicOutage, public_outages

router = Door(tags=["Outages, open to everybody"])


class PublicOutageOut(Output):
    number: str
    kind: str
    stage: str
    branch: str
    districts: list[str]
    streets: list[str] = Field(description=f"Those on which at least {FEWEST} usage points are off")
    why: str
    works: str
    since: datetime
    until: datetime | None = Field(description="Null: nobody has said yet")
    points: int | None = Field(description=f"Usage points; null when fewer than {FEWEST}")


class PublicOutagesOut(Output):
    updated_at: datetime
    outages: list[PublicOutageOut]


class Point(Output):
    type: Literal["Point"] = "Point"
    coordinates: list[float] = Field(description="Longitude, latitude: the middle of a square of about a kilometre")


class Feature(Output):
    type: Literal["Feature"] = "Feature"
    geometry: Point
    properties: PublicOutageOut


class FeatureCollection(Output):
    """GeoJSON (RFC 7946)."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    updated_at: datetime
    features: list[Feature]


@router.get("/public/outages", permission=PUBLIC, response=PublicOutagesOut, summary="List outages, for everybody")
def list_public_outages(request: HttpRequest, response: HttpResponse) -> PublicOutagesOut:
    """List outages that go on and announced works. Refreshed twice a minute."""
    found = public_outages()
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return PublicOutagesOut(updated_at=found.updated_at, outages=[_shown(outage) for outage in found.outages])


@router.get(
    "/public/outages.geojson", permission=PUBLIC, response=FeatureCollection, summary="Map of outages, for everybody"
)  # fmt: skip
def map_public_outages(request: HttpRequest, response: HttpResponse) -> FeatureCollection:
    """Show squares of about a kilometre in which at least ten usage points of an outage are off."""
    found = public_outages()
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    features = [
        Feature(
            geometry=Point(coordinates=[cell.longitude, cell.latitude]), properties=_shown(outage, points=cell.points)
        )
        for outage in found.outages
        for cell in outage.cells
    ]
    return FeatureCollection(updated_at=found.updated_at, features=features)


def _shown(outage: PublicOutage, points: int | None = None) -> PublicOutageOut:
    return PublicOutageOut(
        number=outage.number, kind=outage.kind.value, stage=outage.stage.value, branch=outage.branch,
        districts=list(outage.districts), streets=list(outage.streets), why=outage.why, works=outage.works,
        since=outage.since, until=outage.until, points=outage.points if points is None else points,
    )  # fmt: skip
