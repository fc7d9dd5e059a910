import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import click
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from opora.config import database
from opora.config.errors import NotReady
from opora.platform.access.models import User
from opora.platform.access.queries import system_user
from opora.platform.scope import EVERYTHING, scoped
from opora.processes.telecontrol.operations import note_all_lost, note_link, settle_signals, take_signals
from opora.processes.telecontrol.queries import GATEWAY_LOCK, followed_stations
from opora.processes.telecontrol.transports import Heard, Link, LinkChanged

logger = logging.getLogger(__name__)

#: Seconds to wait for the first signal; held back chatter is looked at as often.
TICK = 0.5
#: Seconds after which stations that were entered or changed meanwhile are followed.
REREAD = 3.0
#: Frames taken in by one transaction at most.
TOGETHER = 2_000
PAUSE = 1.0


@click.command("scada", help=_("Listen to the stations of telecontrol until stopped."))
def command() -> None:
    database.connect()
    with scoped(EVERYTHING):
        by = system_user()
    gateway = Gateway(import_string(settings.TELECONTROL_LINK)(), by, import_string(settings.APPLY_POSITIONS))
    try:
        gateway.run()
    finally:
        gateway.close()


class Gateway:
    """Between a link and the inbox: what was heard is kept, committed, and only then made something of."""

    def __init__(self, link: Link, by: User, on_positions: Callable[..., object]) -> None:
        self._link, self._by, self._on_positions = link, by, on_positions
        self._reread_at = 0.0

    def run(self) -> None:
        """Listen until the process is told to end."""
        self.begin()
        while True:
            self.turn()

    def begin(self) -> None:
        """Become the one process that listens.

        :raises NotReady: when another does already: each signal would come twice.
        """
        self._until_done(self._take_lock)
        self._until_done(self._forget_connections)

    def turn(self) -> None:
        """Take in what has come, and make something of it."""
        if time.monotonic() >= self._reread_at:
            self._until_done(self._follow)
            self._reread_at = time.monotonic() + REREAD
        heard = self._link.listen(timeout=TICK, limit=TOGETHER)
        if heard:
            self._until_done(lambda: self._keep(heard))
        self._settle()

    def close(self) -> None:
        """Leave the stations; whoever looks sees that nobody listens to them."""
        self._link.close()
        with suppress(OperationalError, InterfaceError), connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", [GATEWAY_LOCK])

    def _take_lock(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s)", [GATEWAY_LOCK])
            if not cursor.fetchone()[0]:
                raise NotReady(_("Another process listens to the stations already."))

    def _forget_connections(self) -> None:
        with scoped(EVERYTHING):
            note_all_lost(at=timezone.now(), by=self._by)

    def _follow(self) -> None:
        with scoped(EVERYTHING):
            stations = followed_stations()
        self._link.follow(stations)

    def _keep(self, heard: Iterable[Heard | LinkChanged]) -> None:
        signals: dict[int, list[Heard]] = {}
        with scoped(EVERYTHING):
            for news in heard:
                if isinstance(news, Heard):
                    signals.setdefault(news.station_id, []).append(news)
                else:
                    note_link(station_id=news.station_id, connected=news.connected, at=news.at, by=self._by)
            for station_id, told in signals.items():
                take_signals(station_id=station_id, signals=told, by=self._by)

    def _settle(self) -> None:
        """Make something of the inbox. What fails stays in it, is logged, and is tried again."""
        try:
            with scoped(EVERYTHING):
                settle_signals(by=self._by, on_positions=self._on_positions)
        except (OperationalError, InterfaceError):
            self._mend_connection()
        except Exception:
            logger.exception("signals could not be settled; they are tried again")
            time.sleep(PAUSE)

    def _until_done(self, work: Callable[[], None]) -> None:
        """Do it, however long the database is away: what was heard is kept in memory meanwhile."""
        while True:
            try:
                return work()
            except (OperationalError, InterfaceError):
                self._mend_connection()

    def _mend_connection(self) -> None:
        """Come back to a database that is there again, as the one that listens."""
        while True:
            logger.warning("the database does not answer", exc_info=True)
            time.sleep(PAUSE)
            try:
                connection.close()
                return self._take_lock()
            except (OperationalError, InterfaceError, NotReady):
                continue
