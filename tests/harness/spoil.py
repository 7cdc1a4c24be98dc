"""Spoil what waits on a tablet, as a fault in an older app would have left it, so that a real server refuses it."""

from __future__ import annotations

from typing import Any

from tests.harness.hands import Hands

SPOIL = """fields => navigator.locks.request('tidemark-sync', () => new Promise((done, fail) => {
  const opening = indexedDB.open('tidemark');
  opening.onerror = () => fail(opening.error);
  opening.onsuccess = () => {
    const tx = opening.result.transaction('queue', 'readwrite');
    tx.objectStore('queue').openCursor().onsuccess = event => {
      const cursor = event.target.result;
      if (!cursor) return;
      Object.assign(cursor.value.submission.fields, fields);
      cursor.update(cursor.value);
    };
    tx.oncomplete = () => { opening.result.close(); done(); };
    tx.onerror = () => fail(tx.error);
  };
}))"""


def spoil(hands: Hands, **fields: Any) -> None:
    """Set these fields in everything that waits; the app reads it anew."""
    hands.page.evaluate(SPOIL, fields)
    hands.page.reload()
