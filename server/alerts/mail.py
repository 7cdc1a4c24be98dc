"""E-mail, through the one mail server that whoever runs Tidemark has named; a home enters only who is written to."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import unquote, urlsplit

from server.alerts import classify, endpoints, payload
from sync.messages import text

PORTS = {"smtps": 465, "smtp": 587}
# Every command is answered within this, or the sender gives up and tries again later.
TIMEOUT_S = 15.0


class BadMailServer(Exception):
    """TIDEMARK_SMTP_URL or TIDEMARK_MAIL_FROM is set to what no mail can be sent with."""


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in, and who it is from. `password` is a secret."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    sender: str


def read(url: str, sender: str) -> MailServer | None:
    """`smtps://user:password@host` (TLS) or `smtp://…` (STARTTLS); None when none is named. Raises `BadMailServer`."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        raise BadMailServer(text("push.start.bad_mail")) from None
    if parts.scheme not in PORTS or not parts.hostname or "@" not in sender or any(each.isspace() for each in sender):
        raise BadMailServer(text("push.start.bad_mail"))
    return MailServer(parts.scheme, parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), sender)


def message(server: MailServer, to: str, notice: payload.Notice, public_url: str) -> EmailMessage:
    """What is mailed: the same fixed sentence as a phone shows, and where to open it."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = text("push.mail.subject"), server.sender, to
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = make_msgid(idstring=str(notice.message), domain=server.sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"  # no out-of-office reply comes back (RFC 3834)
    where = text("push.mail.open_at", address=public_url + payload.page(notice)) if public_url else text("push.mail.open")
    mail.set_content("\n\n".join((notice.body(), where, text("push.mail.footer"))))
    return mail


def send(server: MailServer, mail: EmailMessage, to: str) -> classify.Verdict:
    """Hand one message in and judge the answer. Never raises for what a mail server or network does."""
    try:
        with _connected(server) as smtp:
            smtp.send_message(mail, from_addr=server.sender, to_addrs=[to])
    except smtplib.SMTPRecipientsRefused as refused:
        code = next(iter(refused.recipients.values()))[0]
        return classify.mail_answer(code)
    except smtplib.SMTPAuthenticationError as refused:
        return classify.Verdict(classify.REFUSED_US, refused.smtp_code)
    except smtplib.SMTPResponseException as answered:
        return classify.mail_answer(answered.smtp_code)
    except (smtplib.SMTPException, OSError) as error:
        return classify.no_answer(error)
    return classify.Verdict(classify.ACCEPTED)


def _connected(server: MailServer) -> smtplib.SMTP:
    safe = ssl.create_default_context()
    if server.scheme == "smtps":
        smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=safe)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
        try:
            smtp.ehlo()
            # A mail server on this machine needs no TLS; any other must offer it, or nothing is said to it.
            if server.host != endpoints.LOOPBACK:
                smtp.starttls(context=safe)
        except BaseException:
            smtp.close()
            raise
    if server.user:
        try:
            smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
    return smtp
