"""Supply over HTTP, and what customers report of it."""

from django.http import HttpRequest, HttpResponse
from ninja import Query, Status

from opora.casework.cases.operations import Contact
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.schemas import Id, SmallId
from opora.processes.outages import operations, queries
from opora.processes.outages.api.inputs import House, JoinedTo, NewReport, ReportsAnswer
from opora.processes.outages.api.outputs import (
    Answered,
    DeviceOut,
    ElementSupply,
    ReportOut,
    SingleReportOut,
    SupplyOut,
    line_of,
    supply_of,
)
from opora.processes.outages.permissions import OutagePermission
from opora.processes.outages.queries.places import (
    is_energised,
    outage_of_element,
    seen_customer_supply,
    seen_supply,
    supply_of_house,
)

router = Door(tags=["Supply"])


@router.get(
    "/usage-points/{int:usage_point_id}/supply",
    permission=OutagePermission.VIEW,
    response=SupplyOut,
    summary="Is there supply at a usage point",
)
def get_supply(request: HttpRequest, usage_point_id: Id) -> SupplyOut:
    """Tell whether it has supply; if not, why, since when, until when, and who says so; and works to come."""
    return supply_of(seen_supply(usage_point_id))


@router.get(
    "/customers/{int:customer_id}/supply",
    permission=OutagePermission.VIEW,
    response=list[SupplyOut],
    summary="Is there supply at a customer's usage points",
)
def get_supply_of_customer(request: HttpRequest, customer_id: Id) -> list[SupplyOut]:
    """Tell of each of his usage points."""
    return [supply_of(status) for status in seen_customer_supply(customer_id)]


@router.get("/supply", permission=OutagePermission.VIEW, response=list[SupplyOut], summary="Is there supply in a house")
def get_supply_of_house(request: HttpRequest, house: Query[House]) -> list[SupplyOut]:
    """Tell of each usage point of the house that you may see."""
    return [supply_of(status) for status in supply_of_house(house.gar_id)]


@router.get(
    "/grid/elements/{int:element_id}/supply",
    permission=OutagePermission.VIEW,
    response=ElementSupply,
    summary="Is there supply at an element",
)
def get_supply_of_element(request: HttpRequest, element_id: Id) -> ElementSupply:
    """Tell whether it is energised as the network stands, and which outage it belongs to."""
    outage = outage_of_element(element_id)
    return ElementSupply(energised=is_energised(element_id), outage=line_of(outage) if outage else None)


@router.post(
    "/outage-reports",
    permission=OutagePermission.REPORT,
    response={201: ReportOut},
    summary="Report a lack of supply",
)
def register_report(request: HttpRequest, payload: NewReport, response: HttpResponse) -> Status[ReportOut]:
    """Register a case that joins the known outage of its usage point. The same `once` again answers with the first."""
    told = payload.dict()
    contact = Contact(**told.pop("contact"))
    report = operations.register_outage_report(**told, contact=contact, by=caller(request))
    response["Location"] = f"/api/v1/cases/{report.pk}"
    return Status(201, ReportOut.from_orm(report))


@router.get(
    "/outage-reports/single",
    permission=OutagePermission.VIEW,
    response=list[SingleReportOut],
    summary="List reports that no outage explains",
)
def list_single_reports(request: HttpRequest, branch_id: SmallId | None = None) -> list[SingleReportOut]:
    """List reports of the last hours that belong to no outage yet, the newest first."""
    return [SingleReportOut.from_orm(report) for report in queries.single_reports(branch_id=branch_id)]


@router.get(
    "/outage-reports/devices",
    permission=OutagePermission.VIEW,
    response=list[DeviceOut],
    summary="Propose what has failed",
)
def list_devices(request: HttpRequest, branch_id: SmallId | None = None) -> list[DeviceOut]:
    """List the devices that several single reports have in common, the nearest to the customers first."""
    found = queries.reports_by_device(queries.single_reports(branch_id=branch_id))
    return [DeviceOut.from_orm(device) for device in found]


@router.post(
    "/outage-reports/{int:case_id}/join",
    permission=OutagePermission.REPORT,
    response=ReportOut,
    summary="Join a report to an outage",
)
def join_report(request: HttpRequest, case_id: Id, payload: JoinedTo) -> ReportOut:
    """Say that the report belongs to the outage."""
    return ReportOut.from_orm(
        operations.join_report(case_id=case_id, outage_id=payload.outage_id, by=caller(request))
    )  # fmt: skip


@router.post(
    "/outage-reports/{int:case_id}/settle",
    permission=OutagePermission.DISPATCH,
    response=ReportOut,
    summary="Say that no outage is behind a report",
)
def settle_report(request: HttpRequest, case_id: Id) -> ReportOut:
    """Say that it is a fault behind the customer's own meter, or that supply is back."""
    return ReportOut.from_orm(operations.settle_report(case_id=case_id, by=caller(request)))


@router.post(
    "/outages/{int:outage_id}/answer-reports",
    permission=OutagePermission.DISPATCH,
    response=Answered,
    summary="Answer the reports of an outage",
)
def answer_reports(request: HttpRequest, outage_id: Id, payload: ReportsAnswer) -> Answered:
    """Answer the open cases of everybody who reported it and has supply again, with one text."""
    count = operations.answer_reports(outage_id=outage_id, answer=payload.answer, by=caller(request))
    return Answered(cases=count)
