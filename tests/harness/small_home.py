"""A small home for tests, made through the one intake: two units, seven people, six members of staff, codes for six tablets.

    home = make(tidemark)                      # in a process of its own, under the installation's clock
    home["staff"]["Ama Mensah"]["pin"]; home["residents"]["Joan"]; home["id"]

Everyone here is made up. Figures are chosen so that a test can reach a limit in a few taps.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app

from server import clock, db_upgrade
from server.people import store
from server.records import intake
from tests.harness.processes import Installation
from tests.harness.warm import within

# One-time enrolment codes that a home comes with: as many tablets as a test may want.
CODES = 6
PASSWORD = "correct horse battery staple"
STAFF = {
    "Ama Mensah": (["senior_carer"], "204816"),
    "Ben Okoro": (["support_worker"], "350912"),
    "Priya Shah": (["duty_manager"], "481627"),
    "Sue Hart": (["registered_manager"], "590341"),
    "Lee Marsh": (["provider_lead"], "612758"),
    "Rosa Lind": (["nutrition_lead"], "733094"),
}
VESSELS = {"Teacup": 150, "Mug": 250, "Glass": 200, "Beaker": 200}
# preferred name: (unit, room, resident values, plan values)
RESIDENTS: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "Joan": ("Willow", "1", {"sex": "female"}, {"at_risk": True, "target_ml": 1500}),
    "Arthur": ("Willow", "2", {"sex": "male"}, {"limit_ml": 600, "basis": "Heart failure team, 2 March"}),
    "Edith": ("Willow", "3", {"sex": "female"}, {"at_risk": True, "iddsi_level": 2, "target_ml": 1400}),
    "Harold": ("Willow", "4", {"sex": "male"}, {"target_ml": 1700}),
    "Mabel": ("Rowan", "11", {"sex": "female"}, {"at_risk": True, "target_ml": 1600}),
    "Stanley": ("Rowan", "12", {"sex": "male"}, {"target_ml": 1600}),
    "Vera": ("Rowan", "14", {"sex": "female"}, {"end_of_life_from": "2026-01-05T09:00:00+00:00"}),
}


def make(tidemark: Installation, *, name: str = "Larkfield", started_days_ago: int = 0, more: int = 0) -> dict[str, Any]:
    """Make the home in this installation, served or not, and return who and what is in it; `more` people beside the seven.

    A home that began today lists most alerts and calls nobody (care.md, Alerts 3), whatever the hour at which a test runs; red flags,
    too much and wrong thickness call from the first day.
    """
    return within(tidemark.environment, build, name, started_days_ago, more)


def fill(home: store.Home, now_ms: int, more: int = 0) -> dict[str, Any]:
    """Write the people and things of the home; returns their ids."""
    at = now_ms - 3_600_000
    statements: list[intake.Statement] = []

    def add(kind: str, fields: dict[str, Any]) -> uuid.UUID:
        id_ = uuid.uuid4()
        statements.append(intake.Statement(id=id_, record=id_, kind=kind, fields=fields, occurred_ms=at))
        return id_

    staff = {name: add("staff_member", {"name": name, "roles": roles}) for name, (roles, _pin) in STAFF.items()}
    vessels = {name: add("vessel", {"name": name, "ml": ml}) for name, ml in VESSELS.items()}
    monitored_from = datetime.fromtimestamp(at / 1000, UTC) - timedelta(days=1)
    residents = {}
    others = {f"Person {number}": ("Rowan", str(100 + number), {}, {}) for number in range(1, more + 1)}
    for name, (unit, room, person, plan) in (RESIDENTS | others).items():
        residents[name] = add("resident", {"preferred_name": name, "unit": unit, "room": room, **person})
        add("hydration_plan", {
            "resident": str(residents[name]), "monitoring": True, "monitoring_reason": "Low intake last month",
            "monitored_from": monitored_from.isoformat(), **plan,
        })  # fmt: skip
    add("call_number", {"whose": "unit", "unit": "Willow", "number": "01632 960 123"})
    add("call_number", {"whose": "on_call", "number": "01632 960 456"})
    for result in intake.write(home.id, statements, now_ms=now_ms, origin="import"):
        assert result.status == "accepted", result
    for name, (_roles, pin) in STAFF.items():
        store.set_pin(home.id, staff[name], pin, now_ms=now_ms)
    return {
        "id": str(home.uuid),
        "name": home.name,
        "staff": {n: {"id": str(staff[n]), "roles": STAFF[n][0], "pin": STAFF[n][1]} for n in STAFF},
        "residents": {n: str(i) for n, i in residents.items()},
        "vessels": {n: str(i) for n, i in vessels.items()},
        # An address of this home's own: several homes of one installation under one address would be several doors.
        "manager": {"email": f"sue.hart@{home.uuid}.example", "password": PASSWORD},
    }


def build(name: str, started_days_ago: int, more: int) -> dict[str, Any]:
    """Make the home in the application that this runs in."""
    db_upgrade(current_app)
    now_ms = clock.now_ms()
    started = (datetime.fromtimestamp(now_ms / 1000, UTC) - timedelta(days=started_days_ago)).date()
    home = store.create_home(name, provider_id=store.create_provider("Saltmarsh Care"), started_on=started.isoformat(), now_ms=now_ms)
    made = fill(home, now_ms, more)
    sue = uuid.UUID(made["staff"]["Sue Hart"]["id"])
    made["codes"] = [store.new_enrolment_code(home.id, f"Tablet {n}", now_ms=now_ms) for n in range(1, CODES + 1)]
    store.create_account(home.id, made["manager"]["email"], PASSWORD, sue, now_ms=now_ms)
    return made
