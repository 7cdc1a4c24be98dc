"""Setting a demo home up as a manager would on pages: people, plans, vessels and rota.

Every statement has an id of its own from the seed, so setting up again, after a stop half-way, adds what is missing.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import orjson
from sqlalchemy import insert, select

from server.db import reading, writing
from server.demo import plans
from server.demo.home_day import next_week, rota_fields
from server.demo.people import PROVIDER, ZONE, DemoHome, provider_id
from server.demo.meals import VESSELS
from server.demo.rhythm import vessel_id
from server.demo.roster import roster_of
from server.demo.seeded import named_id, nonce
from server.demo.shifts import HOUR_MS, wall_ms
from server.demo.tables import demo_home
from server.demo.tablets import Held
from server.people import signin, store
from server.people.tables import provider
from server.records import intake
from server.records.intake import Statement
from sync import roles

MADE_BY = "demo"
# Statements that go into one transaction.
AT_ONCE = 200


def set_up(home: DemoHome, seed: int, residents: int, span: plans.Span) -> int:
    """Make the home, everything in it and its row in `demo_home`; return its number. Done once or finished later."""
    began_ms = wall_ms(span.first, 7 * 60)
    setting_ms = began_ms - 20 * HOUR_MS
    made = store.home_by_uuid(home.id) or store.create_home(
        home.name, provider_id=_provider(seed), started_on=span.first.isoformat(), now_ms=setting_ms, zone=ZONE,
        id_=home.id, made_by=MADE_BY,
    )  # fmt: skip
    enrolled = {device.id for device in store.devices(made.id)}
    for tablet in home.tablets:
        if tablet.id not in enrolled:
            store.enrol_device(made.id, tablet.name, now_ms=setting_ms, id_=tablet.id)
    stated = list(_statements(home, seed, span, setting_ms))
    for start in range(0, len(stated), AT_ONCE):
        _state(made.id, stated[start : start + AT_ONCE], setting_ms + start)
    for person in home.staff:
        signin.set_pin(made.id, person.id, person.pin, now_ms=setting_ms)
        if person.email:
            signin.create_account(made.id, person.email, person.password, person.id, now_ms=setting_ms)
    options = {
        "seed": seed, "residents": residents, "number": home.number, "first": span.first.isoformat(), "last": span.last.isoformat(),
        "recording": span.recording,
    }  # fmt: skip
    held = {str(tablet.id): Held().json() for tablet in home.tablets}
    row = {
        "home_id": made.id,
        "options": orjson.dumps(options).decode(),
        "roster": orjson.dumps(roster_of(home)).decode(),
        "done_ms": began_ms,
        "state": orjson.dumps({"held": held, "todo": [], "answered": {}}).decode(),
        "sending": "[]",
    }
    writing(lambda c: c.execute(insert(demo_home).values(**row)))
    return made.id


def _provider(seed: int) -> int:
    with reading() as c:
        number = c.execute(select(provider.c.id).where(provider.c.uuid == provider_id(seed))).scalar()
    return number if number is not None else store.create_provider(PROVIDER, id_=provider_id(seed))


def _state(home_id: int, statements: list[Statement], now_ms: int) -> None:
    results = writing(lambda c: intake.append(c, home_id, statements, now_ms=now_ms, origin="page"))
    wrong = [(s.kind, r.errors) for s, r in zip(statements, results, strict=True) if r.status not in ("accepted", "duplicate")]
    if wrong:
        raise ValueError(f"the demo's own set-up was refused: {wrong[:3]}")


def _statements(home: DemoHome, seed: int, span: plans.Span, at_ms: int) -> Iterable[Statement]:
    lead, deputy = home.first(roles.NUTRITION_LEAD), home.first(roles.DEPUTY_MANAGER)
    for person in home.staff:
        fields: dict[str, Any] = {"name": person.name, "roles": sorted(person.roles)}
        if person.agency:
            fields["agency"] = "Fernbridge Care Staffing (made up)"
        yield _new(person.id, "staff_member", fields, at_ms)
    for name, ml, drink in VESSELS:
        fields = {"name": name, "ml": ml, "drink_default": drink, **({"route": "peg"} if drink == "Feed" else {})}
        yield _new(vessel_id(seed, home, name), "vessel", fields, at_ms, lead.id)
    for number, fields in enumerate(_numbers(home)):
        yield _new(named_id(seed, "call_number", home.number, str(number)), "call_number", fields, at_ms, deputy.id)
    key = home.first(roles.KEY_WORKER)
    for person in home.residents:
        yield _new(person.id, "resident", _resident(home, person, str(key.id)), at_ms, deputy.id)
        yield _new(person.plan_id, "hydration_plan", plans.first_plan(person, span, lead.name, deputy.name), at_ms, lead.id)
        yield _confirming(person.plan_id, at_ms, deputy.id)
    rota_coordinator = home.first(roles.ROTA_COORDINATOR)
    for fields in rota_fields(home, seed, span.first - timedelta(days=span.first.weekday()), rota_until(span.first)):
        yield _new(uuid.UUID(fields.pop("id")), "rota_shift", fields, at_ms, rota_coordinator.id)


def _numbers(home: DemoHome) -> list[dict[str, Any]]:
    """Whom to call: numbers that Ofcom keeps for stories, so that nobody's phone rings."""
    units = sorted({person.unit for person in home.residents})
    whose = [*({"whose": "unit", "unit": unit} for unit in units), {"whose": "on_call"}, {"whose": "provider"}]
    return [{**each, "number": f"01632 960 {home.number}{place:02d}"} for place, each in enumerate(whose)]


def rota_until(first: date) -> date:
    """The last day that the rota of the set-up covers: from then on the Thursdays of the history write it."""
    thursday = first + timedelta(days=(3 - first.weekday()) % 7)
    return next_week(thursday)[0] - timedelta(days=1)


def _new(id_: uuid.UUID, kind: str, fields: dict[str, Any], at_ms: int, author: uuid.UUID | None = None) -> Statement:
    return Statement(
        id=id_, record=id_, kind=kind, fields=fields, author=author, occurred_ms=at_ms, parents=(), nonce=nonce(str(id_))
    )  # fmt: skip


def _confirming(plan: uuid.UUID, at_ms: int, second: uuid.UUID) -> Statement:
    """A second person has read the plan and confirms it."""
    id_ = plans.second_id(str(plan))
    return Statement(
        id=uuid.UUID(id_), record=plan, kind="hydration_plan", fields={"confirms": [str(plan)]}, author=second, occurred_ms=at_ms,
        parents=(str(plan),), nonce=nonce(id_),
    )  # fmt: skip


def _resident(home: DemoHome, person, key_worker: str) -> dict[str, Any]:
    first = person.name.split()[0]
    alike = [other for other in home.residents if _alike(other.name, person.name)]
    fields = {
        "preferred_name": person.name, "room": person.room, "unit": person.unit, "born": person.born.isoformat(),
        "sex": person.sex, "key_worker": key_worker,
    }  # fmt: skip
    if len(alike) > 1:
        fields["name_alert"] = f"Check: {len(alike)} people named {first}"
    if plans.kind_of(person) == plans.DEMENTIA:
        fields["communication_needs"] = "Short sentences, one question at a time. Wears hearing aids."
    return fields


def _alike(one: str, other: str) -> bool:
    """Names that are easily taken for each other at a glance: the same first name, or the same start of both names."""
    (a, *_, x), (b, *_, y) = one.split(), other.split()
    return a == b or (a[:4] == b[:4] and x[:2] == y[:2])
