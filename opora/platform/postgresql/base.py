from select import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Ask the server whether it is still there only when there is a reason to.

    A server that has closed the connection has said so: there is something to read. Silence means that nothing has
    happened, and saves every request a round trip.
    """

    def is_usable(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        readable, _writable, _failed = select([self.connection.fileno()], [], [], 0)
        return super().is_usable() if readable else True
