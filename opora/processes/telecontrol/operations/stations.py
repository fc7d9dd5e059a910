"""Stations: entered and changed."""

from typing import Any
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError, ChangedMeanwhile, NotVisible
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.processes.telecontrol.events import StationSaved
from opora.processes.telecontrol.models import Station
from opora.registry.organization.queries import branches


class StationTaken(BusinessError):
    """There is such a station already: its code, or its host, port and common address."""

    code = "station_taken"
    status = 409


class ClockZoneUnknown(BusinessError):
    """No zone is called so."""

    code = "clock_zone_unknown"


@transaction.atomic
def save_station(*, by: User, station_id: int | None = None, version: int | None = None, **fields: Any) -> Station:
    """Enter a station, or change one.

    :param fields: code, name, branch_id, host, port, common_address, clock_zone, is_followed.
    :raises ChangedMeanwhile: when somebody saved since.
    :raises StationTaken: when another has this code or this address.
    :raises ClockZoneUnknown: when its clock cannot be read.
    :raises NotVisible: when there is no such station, or no such branch.
    """
    station = Station.objects.select_for_update().filter(pk=station_id).first() if station_id else Station()
    if station is None:
        raise NotVisible(_("There is no such station."))
    if fields.get("clock_zone", station.clock_zone) not in available_timezones():
        raise ClockZoneUnknown(_("There is no such zone; write it as Europe/Moscow."), field="clock_zone")
    if "branch_id" in fields and not branches().filter(pk=fields["branch_id"]).exists():
        raise NotVisible(_("There is no such branch."), field="branch_id")
    if version is not None and station.version != version:
        raise ChangedMeanwhile(_("Somebody changed this station meanwhile: look at it again and repeat."))
    for name, value in fields.items():
        setattr(station, name, value)
    if station_id:
        station.version += 1
    try:
        with transaction.atomic():
            station.save()
    except IntegrityError as error:
        field = "code" if "code" in str(error) else "common_address"
        message = _("Another station has this code, or this host, port and common address.")
        raise StationTaken(message, field=field) from error
    publish(StationSaved(station_id=station.pk, code=station.code), by=by, about=[station])
    announce("telecontrol")
    return station
