"""A real mail server on the loopback, for tests: it takes mail over SMTP and keeps it, or answers as it is told to."""

from __future__ import annotations

import asyncio
import email
import threading
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP

from server.alerts import mail


class MailServer:
    """Listens on a free port of 127.0.0.1 until `close`. `answers` are what it says next to a recipient, one a mail."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []
        self.answers: list[str] = []
        self._loop = asyncio.new_event_loop()
        serving = self._loop.create_server(lambda: SMTP(self, loop=self._loop), "127.0.0.1", 0)
        self._server = self._loop.run_until_complete(serving)
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail-server", daemon=True)
        self._thread.start()

    def __enter__(self) -> MailServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    @property
    def settings(self) -> mail.MailServer:
        """As the server of these tests is told where it is."""
        found = mail.read(f"smtp://127.0.0.1:{self.port}", "alerts@larkfield.example")
        assert found
        return found

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 (aiosmtpd's name)
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.mails.append((envelope.rcpt_tos[0], email.message_from_bytes(envelope.content, policy=default)))
        return "250 OK"
