"""The one sender: whatever the channel, a leased message goes in and what became of it comes out."""

from __future__ import annotations

import time

import requests

from server.alerts import apprised, classify, contacts, endpoints, mail, payload
from server.alerts.outbox import PUSH, Claimed
from server.alerts.push import Sender, Tried
from server.alerts.session import TIMEOUT_S
from sync.messages import text


class Channels:
    """Sends messages on every channel. Safe to share between threads."""

    def __init__(
        self, push: Sender, *, mail_server: mail.MailServer | None = None, public_url: str = "", allow_loopback: bool = False,
        timeout_s: tuple[float, float] = TIMEOUT_S,
    ):  # fmt: skip
        self.push, self.mail_server, self.public_url = push, mail_server, public_url
        self.allow_loopback, self.timeout_s = allow_loopback, timeout_s

    def send(self, sent: Claimed, now_ms: int) -> Tried:
        """Send one message. Never raises for what a service, a mail server or a network does."""
        if sent.channel == PUSH:
            return self.push.send(sent, now_ms)
        began = time.monotonic()
        try:
            verdict = self._mail(sent) if sent.channel == contacts.EMAIL else self._apprise(sent)
        except endpoints.Refused:
            verdict = classify.Verdict(classify.NOT_SENT, reason="endpoint_refused")
        except requests.RequestException as error:
            verdict = classify.no_answer(error)
        return Tried(sent, verdict, sent.channel, round((time.monotonic() - began) * 1000), None)

    def _mail(self, sent: Claimed) -> classify.Verdict:
        if self.mail_server is None:
            return classify.Verdict(classify.NOT_SENT, reason="no_mail_server")
        return mail.send(self.mail_server, mail.message(self.mail_server, sent.endpoint, sent.notice, self.public_url), sent.endpoint)

    def _apprise(self, sent: Claimed) -> classify.Verdict:
        where = f"\n{self.public_url}{payload.page(sent.notice)}" if self.public_url else ""
        return apprised.send(
            sent.endpoint, text("push.title"), sent.notice.body() + where, allow_loopback=self.allow_loopback, timeout_s=self.timeout_s
        )
