"""Mail servers of other people, as they are: obliging, busy, strict, broken."""

import asyncio
import email
import email.policy
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Postman:
    """Takes letters, or answers instead what `on_rcpt` and `on_data` say, one answer at a time."""

    letters: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    on_rcpt: list[str] = field(default_factory=list)
    on_data: list[str] = field(default_factory=list)
    #: Called for each letter that has come in whole, before it is acknowledged; whatever seconds it says are waited.
    slowly: Callable[[EmailMessage], float] = lambda letter: 0.0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.on_rcpt:
            return self.on_rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.on_data:
            return self.on_data.pop(0)
        assert isinstance(envelope.content, bytes)
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.envelopes.append(envelope)
        await asyncio.sleep(self.slowly(letter))
        return "250 2.0.0 Ok: queued as 4F00D"

    def copies(self) -> Counter[str]:
        """How many times each letter came, by its Message-ID."""
        return Counter(str(letter["Message-ID"]) for letter in self.letters)


@contextmanager
def serving(postman: Postman, *, hostname: str = "127.0.0.1", **options: object) -> Iterator[int]:
    """Let the postman answer on a port of this machine."""
    port = free_port()
    controller = Controller(postman, hostname=hostname, port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextmanager
def dropping_in_data() -> Iterator[int]:
    """Hang up in the middle of every letter, without a word."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                peer, _address = listening.accept()
            except OSError:
                return
            with peer, peer.makefile("rwb") as line:
                peer.sendall(b"220 here\r\n")
                while command := line.readline():
                    if command.upper().startswith(b"DATA"):
                        peer.sendall(b"354 go on\r\n")
                        line.readline()
                        break
                    peer.sendall(b"250 OK\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
