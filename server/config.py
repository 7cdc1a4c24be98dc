"""What a running Tidemark needs to know about where it stands, read once from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Config:
    """Settings of one process. `data` holds the database, the keys and the exports, and is never in git."""

    data: Path
    database_url: str
    host: str = "127.0.0.1"
    port: int = 8000
    #: Only for tests: lets a push subscription point at a loopback address.
    push_allow_loopback: bool = False
    #: Who a push service may write to about us (RFC 8292, `sub`).
    vapid_subject: str = "mailto:tidemark@localhost.invalid"
    #: The mail server that alerts are handed to when no phone answers: `smtps://user:password@host` or `smtp://…`; "" for none.
    smtp_url: str = ""
    #: Who that mail is from.
    mail_from: str = ""
    #: Where people reach this server, for links in mail: `https://tidemark.example`; "" for none.
    public_url: str = ""
    #: Whether an alert may be taken on from a phone's lock screen. Off where phones are shared.
    lock_screen: bool = True
    #: Only for tests: switches off the disk check's real measurement when set to a share between 0 and 1.
    disk_free_share: float | None = None
    #: Rounds of PBKDF2-SHA256 over a PIN: at most 400 ms on a slow tablet (protocol.md, *At rest*). Fewer only in tests.
    unlock_rounds: int = 500_000

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def load(environ: dict[str, str] | None = None) -> Config:
    """Read the settings and make sure that the data folder exists, open to its owner alone."""
    env = os.environ if environ is None else environ
    data = Path(env.get("TIDEMARK_DATA") or "instance").resolve()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    share = env.get("TIDEMARK_DISK_FREE_SHARE")
    return Config(
        data=data,
        database_url=_driver(env.get("DATABASE_URL") or f"sqlite:///{data / 'tidemark.sqlite'}"),
        host=env.get("HOST") or "127.0.0.1",
        port=int(env.get("PORT") or 8000),
        push_allow_loopback=env.get("TIDEMARK_PUSH_ALLOW_LOOPBACK") == "1",
        vapid_subject=env.get("TIDEMARK_VAPID_SUBJECT") or Config.vapid_subject,
        smtp_url=env.get("TIDEMARK_SMTP_URL") or "",
        mail_from=env.get("TIDEMARK_MAIL_FROM") or "",
        public_url=(env.get("TIDEMARK_PUBLIC_URL") or "").rstrip("/"),
        lock_screen=env.get("TIDEMARK_LOCK_SCREEN") != "0",
        disk_free_share=float(share) if share else None,
    )


def _driver(url: str) -> str:
    """Name the driver we ship, for the short forms that hosts hand out."""
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url
