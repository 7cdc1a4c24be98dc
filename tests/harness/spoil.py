"""Spoil what lies on a tablet, as a fault in an older app, which kept its queue plain, would have left it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from tests.harness.hands import Hands

# Between two round trips, never under one that has read the row as it was and would still carry that.
WRITE = """([store, row]) => navigator.locks.request('tidemark-sync', () => new Promise((done, fail) => {
  const opening = indexedDB.open('tidemark');
  opening.onerror = () => fail(opening.error);
  opening.onsuccess = () => {
    const tx = opening.result.transaction(store, 'readwrite');
    tx.objectStore(store).put(row);
    tx.oncomplete = () => { opening.result.close(); done(); };
    tx.onerror = tx.onabort = () => fail(tx.error);
  };
}))"""
TOKEN = """() => new Promise(done => {
  const opening = indexedDB.open('tidemark');
  opening.onsuccess = () => {
    const asked = opening.result.transaction('meta').objectStore('meta').get('enrolment');
    asked.onsuccess = () => { opening.result.close(); done([asked.result.token, asked.result.device]); };
  };
})"""


def write(hands: Hands, store: str, row: dict[str, Any]) -> None:
    """Write one row of the tablet's database as an older or newer app would have left it."""
    hands.page.evaluate(WRITE, [store, row])


def grant_of(hands: Hands, tidemark: Any, person: str) -> tuple[str, str]:
    """A grant of this person for this very tablet, and the tablet's id: asked while the server is there."""
    token, device = hands.page.evaluate(TOKEN)
    who = hands.home["staff"][person]
    status, body = tidemark.call("/api/v1/unlock", {"staff": who["id"], "pin": who["pin"]}, token=token)
    assert status == 200, body
    return body["grant"], device


def spoil(hands: Hands, row: dict[str, Any], person: str, granted: tuple[str, str], fields: dict[str, Any]) -> None:
    """Put a plain entry with these fields in the place of one that waits sealed; the app reads it anew."""
    grant, device = granted
    now = datetime.now(UTC)
    submission = {
        "id": row["id"], "record": row["record"], "kind": "hydration_check", "schema": 1, "parents": [],
        "author": hands.home["staff"][person]["id"], "grant": grant, "occurred_at": now.isoformat(), "recorded_at": now.isoformat(),
        "offset_ms": 0, "seen": None, "clock": f"{int(now.timestamp() * 1000):013d}-0000-{device}", "nonce": uuid.uuid4().hex,
        "number": row["number"], "fields": fields,
    }  # fmt: skip
    plain = {
        "number": row["number"], "id": row["id"], "record": row["record"], "kind": "hydration_check", "resident": fields["resident"],
        "submission": submission,
    }  # fmt: skip
    write(hands, "queue", plain)
    hands.page.reload()
