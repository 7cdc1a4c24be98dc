"""What is proposed by one person and decided by another (rules and numbers, the ladder): found again, and written."""

from __future__ import annotations

import uuid

from flask import abort, g

from server.clock import now_ms
from server.db import reading
from server.pages import store as pages_store
from server.problems import Problem
from server.records import intake, store
from sync.thresholds import waits


def waiting(kind: str, record: uuid.UUID) -> store.RecordRow | None:
    """A proposal that still waits; None when somebody has decided it meanwhile. Another home's is unknown."""
    with reading() as c:
        row = pages_store.one(c, g.person.home_id, kind, record)
    if row is None:
        abort(404)
    return row if not row.struck and waits(row.fields) else None


def write(statement: intake.Statement) -> None:
    """Put a proposal or its decision into the ledger; Problem `not_decided` when the ledger does not take it."""
    if intake.write(g.person.home_id, [statement], now_ms=now_ms())[0].status not in ("accepted", "duplicate"):
        raise Problem("not_decided")
