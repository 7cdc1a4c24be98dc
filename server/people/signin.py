"""PINs and passwords: argon2id, wrong tries counted, and a wait that doubles.

A PIN has 6 digits and unlocks a tablet that the home already trusts; a password opens the pages from anywhere.
"""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, insert, select, update

from server.db import reading, writing
from server.people.tables import account, pin, pin_try, unlock_key

PIN_DIGITS = 6
PIN_TRIES = 5
# Enough to tell an address from a slip; whether it is theirs is for whoever writes it to know.
EMAIL = re.compile(r"[^@\s]{1,200}@[^@\s]+\.[^@\s]+")
PASSWORD_TRIES = 10
# The first wait; each further one is twice as long, up to the last.
WAIT_FIRST_MS = 5 * 60_000
WAIT_LAST_MS = 60 * 60_000
# Wrong tries are forgotten after a day without any.
FORGET_MS = 24 * 3_600_000

# OWASP's second choice of parameters: 19 MiB keeps eight unlocks at once within a small machine.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Verified against when there is nothing to verify, so that a stranger's name takes as long as a known one.
_nobody = _hasher.hash("no such person")


@dataclass(frozen=True)
class Tried:
    """How a try ended. `wait_ms` is how long no try counts; `tries_left` is what is left after a wrong one; `hashed` is the
    hash that a right one matched."""

    right: bool
    tries_left: int = 0
    wait_ms: int = 0
    hashed: str = field(default="", repr=False)


def _matches(hashed: str | None, given: str) -> bool:
    try:
        return _hasher.verify(hashed or _nobody, given.encode("utf-8", "surrogatepass")) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def hash_secret(plain: str) -> str:
    """The argon2id hash of a PIN or password."""
    return _hasher.hash(plain)


def is_pin(text: str) -> bool:
    return len(text) == PIN_DIGITS and text.isascii() and text.isdigit()


def set_pin(home_id: int, staff_id: uuid.UUID, plain: str, *, now_ms: int) -> None:
    """Set a person's PIN and forget wrong tries. Raises ValueError when it is not six digits."""
    if not is_pin(plain):
        raise ValueError("a PIN has six digits")
    hashed = hash_secret(plain)
    writing(lambda c: put_pin(c, home_id, staff_id, hashed, now_ms=now_ms))


def put_pin(c: Connection, home_id: int, staff_id: uuid.UUID, hashed: str, *, now_ms: int) -> None:
    """Set a PIN by its hash inside the caller's transaction. What the old PIN opened offline is open to it no more."""
    for table in (pin, pin_try, unlock_key):
        c.execute(delete(table).where(table.c.home_id == home_id, table.c.staff == staff_id))
    c.execute(insert(pin).values(home_id=home_id, staff=staff_id, hash=hashed, set_ms=now_ms))


def try_pin(home_id: int, device: uuid.UUID, who: uuid.UUID, plain: str, *, may_enter: bool, now_ms: int) -> Tried:
    """Try a PIN. The try is counted before it is checked, so that many at once cannot slip past the limit.

    `may_enter` is False for people who are unknown or have left: they fail exactly as a wrong PIN does.
    """
    mine = (pin_try.c.home_id == home_id) & (pin_try.c.device == device) & (pin_try.c.staff == who)

    def count(c: Connection) -> tuple[int, int]:
        row = c.execute(select(pin_try).where(mine).with_for_update()).first()
        if row is None:
            c.execute(insert(pin_try).values(
                home_id=home_id, device=device, staff=who, wrong=1, waits=0, until_ms=0, last_ms=now_ms,
            ))  # fmt: skip
            return 1, 0
        # No wait is longer than the last one: a later end was set while the server's clock was wrong, and counts from now.
        wait_ms = min(row.until_ms - now_ms, WAIT_LAST_MS)
        if wait_ms > 0:
            if row.until_ms > now_ms + WAIT_LAST_MS:
                c.execute(update(pin_try).where(mine).values(until_ms=now_ms + wait_ms))
            return 0, wait_ms
        wrong, waits = (0, 0) if now_ms - row.last_ms > FORGET_MS else (row.wrong, row.waits)
        wrong = 1 if wrong >= PIN_TRIES else wrong + 1
        until = 0
        if wrong == PIN_TRIES:
            until = now_ms + min(WAIT_FIRST_MS * 2**waits, WAIT_LAST_MS)
            waits = min(waits + 1, 10)
        c.execute(update(pin_try).where(mine).values(wrong=wrong, waits=waits, until_ms=until, last_ms=now_ms))
        return wrong, 0

    wrong, wait_ms = writing(count)
    if wait_ms:
        return Tried(False, wait_ms=wait_ms)
    with reading() as c:
        hashed = c.execute(select(pin.c.hash).where(pin.c.home_id == home_id, pin.c.staff == who)).scalar()
    if _matches(hashed if may_enter else None, plain):
        writing(lambda c: c.execute(delete(pin_try).where(mine)))
        return Tried(True, hashed=hashed)
    return Tried(False, tries_left=PIN_TRIES - wrong)


def fresh_password() -> str:
    """A password to be shown once: a hundred bits, in letters that are not taken for one another."""
    return "-".join("".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(5)) for _ in range(4))


def account_of(home_id: int, email: str) -> uuid.UUID | None:
    """Whose sign-in for the pages of this home the address is."""
    with reading() as c:
        return c.execute(select(account.c.staff).where(account.c.home_id == home_id, account.c.email == email.strip().lower())).scalar()


def create_account(home_id: int, email: str, password: str, staff_id: uuid.UUID, *, now_ms: int) -> None:
    """Give a member of staff a sign-in for the pages in place of any other, or set its password anew."""
    hashed, address = hash_secret(password), email.strip().lower()

    def work(c: Connection) -> None:
        c.execute(delete(account).where(account.c.home_id == home_id, (account.c.email == address) | (account.c.staff == staff_id)))
        c.execute(insert(account).values(home_id=home_id, email=address, staff=staff_id, hash=hashed, made_ms=now_ms))

    writing(work)


def check_account(email: str, password: str, *, now_ms: int) -> tuple[list[tuple[int, uuid.UUID]], int]:
    """The (home, staff) pairs that this e-mail and password open, and milliseconds to wait when tried too often.

    An unknown address takes as long and says as little as a wrong password.
    """
    address = email.strip().lower()

    def count(c: Connection) -> list:
        rows = list(c.execute(select(account).where(account.c.email == address).order_by(account.c.home_id).with_for_update()))
        for row in rows:
            # An end further away than any wait was set while the server's clock was wrong.
            if row.until_ms <= now_ms or row.until_ms > now_ms + WAIT_FIRST_MS:
                wrong = row.wrong + 1
                full = wrong >= PASSWORD_TRIES
                c.execute(
                    update(account)
                    .where(account.c.home_id == row.home_id, account.c.email == address)
                    .values(wrong=0 if full else wrong, until_ms=now_ms + WAIT_FIRST_MS if full else 0)
                )
        return rows

    rows = writing(count)
    waits = [row.until_ms - now_ms for row in rows if now_ms < row.until_ms <= now_ms + WAIT_FIRST_MS]
    if not rows or waits:
        _matches(None, password)
        return [], max(waits, default=0)
    opened = [(row.home_id, row.staff) for row in rows if _matches(row.hash, password)]
    if opened:
        writing(lambda c: c.execute(update(account).where(account.c.email == address).values(wrong=0, until_ms=0)))
    return opened, 0
