"""What the server itself does or states in a served Tidemark: for what no tablet may write, and what a manager's page does.

    sample = state(tidemark, home["id"], "shift_sample", {"shift": "2026-11-22/day", …})   # the record's id
    end_access(tidemark, home, "Ben Okoro"); change_pin(tidemark, home, "Ama Mensah", "918273")
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from server import clock
from server.people import store
from server.records import intake
from tests.harness.processes import Installation
from tests.harness.warm import within


def state(tidemark: Installation, home: str, kind: str, fields: dict[str, Any]) -> str:
    """Let the system state one record of this kind now; its id."""
    return within(tidemark.environment, _state, home, kind, fields)


def climbed_alert(tidemark: Installation, home: dict[str, Any]) -> str:
    """Let there be an alert that has climbed for 45 minutes: two people were called, one rung had nobody, two are next."""
    now = tidemark.now()
    ago = lambda minutes: (now - timedelta(minutes=minutes)).isoformat(timespec="seconds")  # noqa: E731
    told = [
        {"role": "senior_carer", "staff": home["staff"]["Ama Mensah"]["id"], "at": ago(45), "reached": True},
        {"role": "duty_manager", "at": ago(45), "reached": False},
        {"role": "registered_manager", "staff": home["staff"]["Sue Hart"]["id"], "at": ago(25), "reached": True},
    ]
    return state(tidemark, home["id"], "alert", {
        "rule": "hydration.nothing_drunk_8h", "subject": home["residents"]["Stanley"], "severity": "urgent", "status": "open", "opening": 1,
        "opened_at": ago(45), "happened_at": ago(45), "care_day": now.date().isoformat(), "rung": 2, "loop": 0, "told": told,
        "next_at": ago(-5), "next_roles": ["provider_lead", "nominated_individual"], "threshold_version": "default", "reason": "measured",
        "facts": {"since": ago(9 * 60), "minutes": 495, "drunk_ml": 150, "target_ml": 1600},
    })  # fmt: skip


def enrol(tidemark: Installation, home: str, name: str) -> tuple[str, str]:
    """Enrol another device: its id and its token."""
    return within(tidemark.environment, _enrol, home, name)


def end_access(tidemark: Installation, home: dict[str, Any], person: str) -> None:
    """End a person's access now."""
    within(tidemark.environment, _end_access, home["id"], home["staff"][person]["id"])


def change_pin(tidemark: Installation, home: dict[str, Any], person: str, pin: str) -> None:
    """Give a person another PIN."""
    within(tidemark.environment, _change_pin, home["id"], home["staff"][person]["id"], pin)


def account(tidemark: Installation, home: dict[str, Any], person: str) -> tuple[str, str]:
    """Give a person an account for the pages, as the command line does: its address and password."""
    said = (f"{person.lower().replace(' ', '.')}@{home['id']}.example", home["manager"]["password"])
    within(tidemark.environment, _account, home["id"], home["staff"][person]["id"], *said)
    return said


def _account(home: str, person: str, email: str, password: str) -> None:
    store.create_account(_home(home), email, password, uuid.UUID(person), now_ms=clock.now_ms())


def _state(home: str, kind: str, fields: dict[str, Any]) -> str:
    id_, now = uuid.uuid4(), clock.now_ms()
    statement = intake.Statement(record=id_, id=id_, kind=kind, fields=fields, occurred_ms=now)
    (result,) = intake.write(_home(home), [statement], now_ms=now, origin="system")
    assert result.status == "accepted", result
    return str(id_)


def _enrol(home: str, name: str) -> tuple[str, str]:
    id_, token = store.enrol_device(_home(home), name, now_ms=clock.now_ms())
    return str(id_), token


def _end_access(home: str, person: str) -> None:
    now = clock.now_ms()
    store.revoke_person(_home(home), uuid.UUID(person), at_ms=now, now_ms=now)


def _change_pin(home: str, person: str, pin: str) -> None:
    store.set_pin(_home(home), uuid.UUID(person), pin, now_ms=clock.now_ms())


def _home(home: str) -> int:
    return store.home_by_uuid(uuid.UUID(home)).id
