"""Homes, devices, people's PINs and accounts: everything about them that the database is asked or told."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections import namedtuple
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from flask import current_app
from sqlalchemy import Connection, delete, func, insert, select, update

from server import fast
from server.db import db, reading, writing
from server.people import grants, home_keys
from server.people.signin import check_account, create_account, set_pin  # noqa: F401 (part of what this store offers)
from server.people.tables import access, device, enrolment, provider, staff
from server.people.tables import home as homes_table
from sync import days
from sync.messages import text
from sync.rules.in_force import TwoPeople

#: Pseudo-devices of a home: where server-made submissions come from.
PSEUDO = ("page", "import", "system")
#: What a device is. A tablet is missed when it is not heard from; a phone, which goes home with somebody, never is.
TABLET, PHONE = "tablet", "phone"
# An enrolment link is used while the manager stands beside the tablet, or made anew.
ENROLMENT_LIFE_MS = 30 * 60_000


@dataclass(frozen=True)
class Home:
    """A home. `id` is the small integer used inside; `uuid` is what the world sees."""

    id: int
    uuid: uuid.UUID
    provider: int
    name: str
    zone: str
    started_on: str
    secret: bytes
    private_key: str
    made_by: str | None
    two_people_ms: int | None = 0

    def device(self, pseudo: str) -> uuid.UUID:
        """The id of one of the home's own pseudo-devices."""
        return uuid.uuid5(self.uuid, f"device:{pseudo}")

    @cached_property
    def tidemark(self) -> uuid.UUID:
        """The staff id of the home's fixed Tidemark actor."""
        return uuid.uuid5(self.uuid, "tidemark")

    @cached_property
    def two_people(self) -> TwoPeople:
        """From when a second person confirms this home's hydration plans."""
        return TwoPeople(days.from_ms(self.two_people_ms or 0), str(self.tidemark))


@dataclass(frozen=True)
class Staff:
    """A member of staff as sign-in sees one. `ends_ms` is when access ended or ends, None while it does not."""

    id: uuid.UUID
    name: str
    roles: tuple[str, ...]
    agency: bool
    ends_ms: int | None

    def left(self, now_ms: int) -> bool:
        return self.ends_ms is not None and self.ends_ms <= now_ms


# ---- homes ----


def homes() -> list[Home]:
    """Every home, oldest first."""
    with reading() as c:
        return [Home(*row) for row in c.execute(select(homes_table).order_by(homes_table.c.id))]


def _known() -> dict:
    """Homes by number and by uuid, kept by this process: key, uuid, zone and rule of two never change while it runs."""
    return current_app.extensions.setdefault("tidemark_homes", {})


def home(home_id: int) -> Home:
    """The home of that number. Raises KeyError."""
    known = _known()
    if home_id not in known:
        with reading() as c:
            row = c.execute(select(homes_table).where(homes_table.c.id == home_id)).first()
        if row is None:
            raise KeyError(home_id)
        found = Home(*row)
        known[home_id] = known[found.uuid] = found
    return known[home_id]


def home_by_uuid(id_: uuid.UUID) -> Home | None:
    """The home of that uuid, or None."""
    known = _known()
    if id_ not in known:
        with reading() as c:
            row = c.execute(select(homes_table).where(homes_table.c.uuid == id_)).first()
        if row is None:
            return None
        found = Home(*row)
        known[id_] = known[found.id] = found
    return known[id_]


def create_provider(name: str, *, id_: uuid.UUID | None = None) -> int:
    """Make a provider and return its number."""

    def work(c: Connection) -> int:
        number = (c.execute(select(func.max(provider.c.id))).scalar() or 0) + 1
        c.execute(insert(provider).values(id=number, uuid=id_ or uuid.uuid4(), name=name))
        return number

    return writing(work)


def provider_named(name: str) -> int | None:
    """The number of the provider of that name, or None."""
    with reading() as c:
        return c.execute(select(provider.c.id).where(provider.c.name == name)).scalar()


def create_home(
    name: str,
    *,
    provider_id: int,
    started_on: str,
    now_ms: int,
    zone: str = "Europe/London",
    id_: uuid.UUID | None = None,
    made_by: str | None = None,
) -> Home:
    """Make a home with its secret, its key pair, its pseudo-devices and an empty ledger."""
    pem = home_keys.fresh_pem()
    secret, ledger_id, uuid_ = secrets.token_bytes(32), uuid.uuid4(), id_ or uuid.uuid4()

    def work(c: Connection) -> Home:
        number = (c.execute(select(func.max(homes_table.c.id))).scalar() or 0) + 1
        made = Home(number, uuid_, provider_id, name, zone, started_on, secret, pem, made_by)
        c.execute(insert(homes_table).values(
            id=number, uuid=uuid_, provider=provider_id, name=name, zone=zone, started_on=started_on,
            secret=secret, private_key=pem, made_by=made_by, two_people_ms=0,
        ))  # fmt: skip
        c.execute(insert(device), [
            {"home_id": number, "id": made.device(kind), "name": kind, "pseudo": kind, "enrolled_ms": now_ms}
            for kind in PSEUDO
        ])  # fmt: skip
        tables = db.metadata.tables
        c.execute(insert(tables["counter"]).values(home_id=number, seq=0, hash=bytes(32), ledger=ledger_id))
        c.execute(insert(tables["ledger_life"]).values(home_id=number, ledger=ledger_id, from_seq=1, began_ms=now_ms))
        return made

    return writing(work)


# ---- devices ----


def devices(home_id: int) -> list:
    """The home's tablets and phones, by name; rows of table `device`. Pseudo-devices are left out."""
    with reading() as c:
        query = select(device).where(device.c.home_id == home_id, device.c.pseudo.is_(None)).order_by(device.c.name)
        return list(c.execute(query))


DeviceRow = namedtuple("DeviceRow", [column.name for column in device.columns])


def device_row(c: Connection, home_id: int, id_: uuid.UUID) -> DeviceRow | None:
    """One device's row, or None."""
    found = fast.select_where(c, DeviceRow._fields, device, "home_id = ? AND id = ?", (home_id, id_))
    return DeviceRow(*found[0]) if found else None


def enrol_device(
    home_id: int, name: str, *, now_ms: int, by: uuid.UUID | None = None, id_: uuid.UUID | None = None, form: str = TABLET
) -> tuple[uuid.UUID, str]:
    """Enrol a device: its id and its token, which is shown this once. `form` is tablet or phone."""
    made, found = id_ or uuid.uuid4(), home(home_id)

    def work(c: Connection) -> None:
        c.execute(insert(device).values(home_id=home_id, id=made, name=name, enrolled_ms=now_ms, enrolled_by=by, form=form))

    writing(work)
    return made, grants.issue_token(found.secret, found.uuid, made)


def revoke_device(home_id: int, id_: uuid.UUID, *, now_ms: int, by: uuid.UUID | None = None) -> bool:
    """End a device's access from its next request on. False when there is no such device, or it had ended before."""

    def work(c: Connection) -> bool:
        done = c.execute(
            update(device)
            .where(device.c.home_id == home_id, device.c.id == id_, device.c.pseudo.is_(None), device.c.revoked_ms.is_(None))
            .values(revoked_ms=now_ms, revoked_by=by)
        )
        return done.rowcount == 1

    return writing(work)


def new_enrolment_code(home_id: int, name: str, *, now_ms: int, by: uuid.UUID | None = None, form: str = TABLET) -> str:
    """A one-time code for an enrolment link; only its hash is kept."""
    code = f"{home_id:x}-{secrets.token_urlsafe(18)}"

    def work(c: Connection) -> None:
        c.execute(insert(enrolment).values(
            home_id=home_id, code_hash=_hash(code), name=name, made_by=by, made_ms=now_ms, expires_ms=now_ms + ENROLMENT_LIFE_MS,
            form=form,
        ))  # fmt: skip

    writing(work)
    return code


def redeem(code: str, name: str | None, *, now_ms: int) -> tuple[Home, uuid.UUID, str] | None:
    """Enrol the device that holds this code. None when the code is wrong, used or out of date."""
    try:
        home_id = int(code.partition("-")[0], 16)
        if not 0 < home_id < 2**31:  # beyond any home, and beyond what the column holds
            return None
        found = home(home_id)
    except (ValueError, KeyError):
        return None
    made = uuid.uuid4()

    def work(c: Connection) -> bool:
        mine = (enrolment.c.home_id == home_id) & (enrolment.c.code_hash == _hash(code))
        row = c.execute(select(enrolment).where(mine).with_for_update()).first()
        if row is None or row.used_ms is not None or row.expires_ms <= now_ms:
            return False
        c.execute(update(enrolment).where(mine).values(used_ms=now_ms, device=made))
        c.execute(insert(device).values(
            home_id=home_id, id=made, name=name or row.name, enrolled_ms=now_ms, enrolled_by=row.made_by, form=row.form,
        ))  # fmt: skip
        return True

    return (found, made, grants.issue_token(found.secret, found.uuid, made)) if writing(work) else None


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).digest()


# ---- staff ----


def _staff_query(home_id: int):
    return (
        select(staff.c.id, staff.c.name, staff.c.roles, staff.c.agency, staff.c.ends_ms, access.c.revoked_ms)
        .select_from(staff.outerjoin(access, (access.c.home_id == staff.c.home_id) & (access.c.staff == staff.c.id)))
        .where(staff.c.home_id == home_id)
    )


def _staff(row) -> Staff:
    ends = [ms for ms in (row.ends_ms, row.revoked_ms) if ms is not None]
    return Staff(row.id, row.name, tuple(json.loads(row.roles)), row.agency, min(ends) if ends else None)


def staff_list(home_id: int, *, now_ms: int | None = None) -> list[Staff]:
    """The home's staff by name; with `now_ms`, only those who have not left."""
    with reading() as c:
        people = staff_of(c, home_id)
    return people if now_ms is None else [person for person in people if not person.left(now_ms)]


def staff_of(c: Connection, home_id: int) -> list[Staff]:
    """The home's staff by name, whoever has left as well."""
    return [_staff(row) for row in c.execute(_staff_query(home_id).order_by(staff.c.name))]


def staff_one(c: Connection, home_id: int, id_: uuid.UUID) -> Staff | None:
    """One member of staff, or None."""
    names = ("name", "roles", "agency", "ends_ms")
    found, ended = fast.ask(
        c,
        fast.Question(names, staff, "home_id = ? AND id = ?", (home_id, id_)),
        fast.Question(("revoked_ms",), access, "home_id = ? AND staff = ?", (home_id, id_)),
    )
    if not found:
        return None
    name, roles, agency, ends_ms = found[0]
    ends = [ms for ms in (ends_ms, *(row[0] for row in ended)) if ms is not None]
    return Staff(id_, name, tuple(json.loads(roles)), bool(agency), min(ends, default=None))


def revoke_person(home_id: int, id_: uuid.UUID, *, at_ms: int, now_ms: int, by: uuid.UUID | None = None) -> None:
    """End a person's access at a time: what they record after it is quarantined, what came before stays. Access that
    ended earlier stays ended then: to end it again lets nothing in that was recorded in between."""
    mine = (access.c.home_id == home_id) & (access.c.staff == id_)

    def work(c: Connection) -> None:
        if c.execute(select(access.c.staff).where(mine, access.c.revoked_ms <= at_ms)).first():
            return
        c.execute(delete(access).where(mine))
        c.execute(insert(access).values(home_id=home_id, staff=id_, revoked_ms=at_ms, revoked_by=by, said_ms=now_ms))

    writing(work)


def revoked_at(c: Connection, home_id: int, people: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """When each of these people's access ended, for those whose access did."""
    wanted = list(people)
    if not wanted:
        return {}
    query = select(access.c.staff, access.c.revoked_ms).where(access.c.home_id == home_id, access.c.staff.in_(wanted))
    return {row.staff: row.revoked_ms for row in c.execute(query)}


def relist_device(home_id: int, id_: uuid.UUID, *, now_ms: int) -> None:
    """List a device again whose token this home signed and whose row a restored backup does not hold."""

    writing(lambda c: relist(c, home_id, id_, now_ms=now_ms))


def relist(c: Connection, home_id: int, id_: uuid.UUID, *, now_ms: int) -> None:
    """The same inside the caller's transaction."""
    if device_row(c, home_id, id_) is None:
        c.execute(insert(device).values(home_id=home_id, id=id_, name=text("people.relisted_device"), enrolled_ms=now_ms))


def note_report(home_id: int, id_: uuid.UUID, values: dict) -> None:
    """Keep what a device last said of itself: columns of `device`."""
    writing(lambda c: c.execute(update(device).where(device.c.home_id == home_id, device.c.id == id_).values(**values)))


def device_name(home_id: int, id_: uuid.UUID) -> str:
    """What a device of this home is called. Raises LookupError when there is no such device."""
    with reading() as c:
        row = device_row(c, home_id, id_)
    if row is None:
        raise LookupError(id_)
    return row.name
