"""Where sessions are kept: Django's own table, read without building the query anew for every request."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        sql = "select * from django_session where session_key = %s and expire_date > %s"
        for session in Session.objects.raw(sql, [self.session_key, timezone.now()]):
            return session
        self._session_key = None
        return None
