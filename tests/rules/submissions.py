"""Submissions as a tablet makes them, for the tests of the rules."""

from __future__ import annotations

import uuid
from itertools import count
from typing import Any

STAFF = "0193b0d2-0000-7000-8000-00000000a11c"
RESIDENT = "0193b0d2-0000-7000-8000-0000000000e5"
VESSEL = "0193b0d2-0000-7000-8000-0000000000c0"
DEVICE = "0193b0d2-0000-7000-8000-00000000de01"

_numbers = count(1)

A_DRINK: dict[str, Any] = {
    "resident": RESIDENT, "outcome": "drank", "drunk_ml": 150, "vessel": VESSEL, "vessel_ml": 200, "fraction": 0.75,
    "drink": "tea", "basis": "estimated", "source": "bedside", "iddsi_level": 0, "plan_version": "default",
}  # fmt: skip


def submission(fields: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    """A valid submission that creates a drink; `fields` replaces its fields, `members` its envelope (`...` leaves one out)."""
    number = next(_numbers)
    made: dict[str, Any] = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))),
        "kind": "hydration_check",
        "schema": 1,
        "parents": [],
        "author": STAFF,
        "grant": "opaque",
        "occurred_at": "2026-11-22T21:04:00+00:00",
        "recorded_at": "2026-11-22T21:04:09.120+00:00",
        "offset_ms": -1840,
        "seen": 4711,
        "clock": f"1795381449120-0000-{DEVICE}",
        "nonce": "9f0c" * 8,
        "number": number,
        "fields": dict(A_DRINK) if fields is None else fields,
    }
    made["record"] = made["id"]
    made.update(members)
    return {name: value for name, value in made.items() if value is not ...}


def correction(of: dict[str, Any], fields: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A later submission on the same record, made by someone who had seen it."""
    return submission(fields, **{"record": of["record"], "kind": of["kind"], "parents": [of["id"]], **members})
