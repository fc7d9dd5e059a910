"""The address register over HTTP: suggestions, objects in their hierarchies, houses, and matching of free texts."""

from datetime import date
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from pydantic import Field

from opora.platform.permissions import SIGNED_IN
from opora.platform.rest.cursors import USUAL
from opora.platform.rest.doors import Door
from opora.platform.rest.pages import page_of
from opora.platform.rest.schemas import Cursor, FilledLine, Input, Limit, Line, Output, Page
from opora.registry.addresses import queries
from opora.registry.addresses.models import AddressObject, House

router = Door(tags=["Addresses"])

AddressLine = Annotated[FilledLine, Field(max_length=300, examples=["г Краснодар, ул Красная, д 12"])]


class SuggestionOut(Output):
    """A house, or an object in which houses stand."""

    guid: UUID
    text: str
    is_house: bool
    object_guid: UUID = Field(description="The object itself, or the one in which the house stands")
    level: int


class Suggestions(Output):
    items: list[SuggestionOut]


class ObjectOut(Output):
    guid: UUID
    level: int = Field(description="As AS_OBJECT_LEVELS numbers them: 1 region … 5 city, 6 place, 7 planning, 8 street")
    type: str
    name: str
    text: str = Field(description="The whole address")
    former: list[str] = Field(description="Names it has had")
    valid_from: date
    valid_to: date
    is_current: bool


class PlacedOut(ObjectOut):
    administrative: list[ObjectOut] = Field(description="From the region down to the object itself")
    municipal: list[ObjectOut]


class HouseOut(Output):
    guid: UUID
    kind: str
    label: str = Field(examples=["д. 12, к. 1"])
    key: str = Field(description="Equal for equal numbers however they are written")
    valid_from: date
    valid_to: date
    is_current: bool
    object_guid: UUID | None = Field(description="The street, or whatever it stands in")
    text: str = Field(description="The whole address")


class MatchOut(Output):
    """A house that a free address may mean."""

    house_guid: UUID
    text: str
    confidence: float = Field(description="0 to 1; houses that are as likely share it")
    explanation: str


class Texts(Input):
    texts: list[AddressLine] = Field(min_length=1, max_length=500)


class MatchedText(Output):
    text: str
    matches: list[MatchOut]


class MatchedTexts(Output):
    items: list[MatchedText]


@router.get("/addresses/suggest", permission=SIGNED_IN, response=Suggestions, summary="Complete an address")
def suggest_addresses(request: HttpRequest, text: AddressLine, limit: Limit = 10) -> Suggestions:
    """Offer houses and objects for fragments of an address, in any order, misspelt too."""
    return Suggestions(items=[SuggestionOut.from_orm(each) for each in queries.suggest(text, limit=limit)])


@router.get("/addresses/objects", permission=SIGNED_IN, response=Page[ObjectOut], summary="List regions")
def list_regions(request: HttpRequest, cursor: Cursor = "", limit: Limit = USUAL) -> Page[ObjectOut]:
    """List the regions that the register holds."""
    return _objects(request, None, cursor, limit)


@router.get(
    "/addresses/objects/{uuid:guid}", permission=SIGNED_IN, response=PlacedOut, summary="Show an address object"
)
def get_address_object(request: HttpRequest, guid: UUID) -> PlacedOut:
    """Show an object with what it stands in, in the administrative and in the municipal division."""
    placed = queries.object_of(guid)
    return PlacedOut(
        **ObjectOut.from_orm(placed.object).dict(),
        administrative=[ObjectOut.from_orm(each) for each in placed.administrative],
        municipal=[ObjectOut.from_orm(each) for each in placed.municipal],
    )


@router.get(
    "/addresses/objects/{uuid:guid}/objects",
    permission=SIGNED_IN,
    response=Page[ObjectOut],
    summary="List what stands directly in an object",
)
def list_address_objects(
    request: HttpRequest, guid: UUID, cursor: Cursor = "", limit: Limit = USUAL
) -> Page[ObjectOut]:
    """List current objects directly below one, by level and name."""
    return _objects(request, queries.object_of(guid).object, cursor, limit)


@router.get(
    "/addresses/objects/{uuid:guid}/houses",
    permission=SIGNED_IN,
    response=Page[HouseOut],
    summary="List the houses of a street",
)
def list_houses(
    request: HttpRequest, guid: UUID, number: Line = "", cursor: Cursor = "", limit: Limit = USUAL
) -> Page[HouseOut]:
    """List current houses and plots of a street by number, or those whose number begins so."""
    street = queries.object_of(guid).object
    rows = queries.houses_below(street.pk, number=number.lower()).select_related("parent")
    return page_of(request, HouseOut, rows, by=["number", "key", "pk"], cursor=cursor, limit=limit, show=_house)


@router.get("/addresses/houses/{uuid:guid}", permission=SIGNED_IN, response=HouseOut, summary="Show a house")
def get_house(request: HttpRequest, guid: UUID) -> HouseOut:
    """Show a house with its whole address."""
    return _house(queries.house_of(guid))


@router.post("/addresses/match", permission=SIGNED_IN, response=MatchedTexts, summary="Match free addresses")
def match_addresses(request: HttpRequest, payload: Texts) -> MatchedTexts:
    """Say which houses free addresses may mean, how sure that is, and why; the likeliest first."""
    found = queries.match_addresses(payload.texts)
    return MatchedTexts(
        items=[
            MatchedText(text=text, matches=[MatchOut.from_orm(match) for match in matches])
            for text, matches in zip(payload.texts, found, strict=True)
        ]
    )


def _objects(request: HttpRequest, parent: AddressObject | None, cursor: str, limit: int) -> Page[ObjectOut]:
    rows = queries.objects_below(parent.pk if parent else None)
    return page_of(request, ObjectOut, rows, by=["level", "name", "pk"], cursor=cursor, limit=limit)


def _house(house: House) -> HouseOut:
    return HouseOut(
        guid=house.guid, kind=house.kind, label=house.label, key=house.key, valid_from=house.valid_from,
        valid_to=house.valid_to, is_current=house.is_current,
        object_guid=house.parent.guid if house.parent else None,
        text=", ".join(filter(None, [house.parent.text if house.parent else "", house.label])),
    )  # fmt: skip
