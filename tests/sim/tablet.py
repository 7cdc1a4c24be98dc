"""A tablet's rules, written from protocol.md: queue, numbers, clock, what it holds, and what each answer means to it.

It shares the clock and the digest with `sync/`, which vectors tie to the app's own, and no other code with server or app.
What outlives a crash is in `Storage`, which only ever changes whole: a kill falls between two changes.
"""

from __future__ import annotations

import copy
import json
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

from sync import clock
from sync.canonical import digest
from sync.days import from_ms
from sync.fields import time_ms
from tests.harness.sealing import Session

MOST_ENTRIES = 500
#: So many of the latest numbers that cannot wait go before all others.
MOST_FIRST = 50
LONGEST_WAIT_MS = 24 * 3_600_000
KEPT_COPIES_MS = 35 * 24 * 3_600_000
#: How long an entry that the server cannot read yet waits before it is offered again.
UNREAD_MS = 10 * 60_000
BACKOFF_MS = (1_000, 60_000)


def rfc3339(ms: int) -> str:
    return from_ms(ms).isoformat(timespec="milliseconds")


@dataclass
class Entry:
    """One submission on its way. `seq` and `errors` come with the server's word; `at` is when that was. `sealed` is the row
    as which it travels, where it was sealed."""

    number: int
    id: str
    record: str
    submission: dict[str, Any]
    digest: str | None
    sealed: dict[str, Any] | None = None
    seq: int | None = None
    errors: dict[str, Any] | None = None
    at: int = 0


@dataclass
class Storage:
    """What lies on the tablet's disk."""

    device: uuid.UUID
    token: str
    number: int = 0
    #: Numbers that cannot wait, in the order in which they go.
    first: list[int] = field(default_factory=list)
    clock_ms: int = 0
    clock_n: int = 0
    queue: dict[int, Entry] = field(default_factory=dict)
    sent: dict[int, Entry] = field(default_factory=dict)
    looks: dict[int, Entry] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    cursor: str | None = None
    head: dict[str, Any] | None = None
    seen: int | None = None
    safe: int | None = None
    offset_ms: int | None = None
    grants: dict[str, tuple[str, int]] = field(default_factory=dict)
    home_key: dict[str, Any] | None = None
    #: Session keys, each sealed to the home.
    keys: dict[str, str] = field(default_factory=dict)

    def holds(self) -> set[str]:
        """The ids of its own submissions that still lie here."""
        return {entry.id for kept in (self.queue, self.sent, self.looks) for entry in kept.values()}


class Tablet:
    """A tablet with somebody at it, or nobody. `skew_ms` is how far its own clock is out; one that `seals` queues what only
    the home can read, and an app from before that does not."""

    def __init__(self, device: uuid.UUID, token: str, draw: random.Random, skew_ms: int = 0):
        self.disk, self.draw, self.skew_ms = Storage(device, token), draw, skew_ms
        self.protocol = 1
        self.seals = False
        self.person: str | None = None
        self.session: Session | None = None
        self.on_word = lambda entry, status: None  # told of the server's word as it is believed
        self.restart()

    def restart(self) -> None:
        """The app was killed and opened again: only the disk is left, and nobody is signed in."""
        self.lock()
        self.limit, self.failures, self.quiet_until, self.refused = MOST_ENTRIES, 0, 0, None
        self.later: dict[str, int] = {}

    # ---- capture ----

    def unlock(self, name: str, fresh: tuple[str, int] | None, home_key: dict[str, Any]) -> bool:
        """Somebody enters their PIN: online with a fresh grant and the home's key, else with those kept from before."""
        if fresh is not None:
            self.disk.grants[name], self.disk.home_key = fresh, home_key
        if name in self.disk.grants:
            self.lock()
            self.person = name
        return name in self.disk.grants

    def lock(self) -> None:
        """Nobody is signed in, and what they sealed with is forgotten."""
        self.person = self.session = None

    def _seal(self, submission: dict[str, Any]) -> dict[str, Any]:
        if self.session is None:
            kid = str(uuid.UUID(int=self.draw.getrandbits(128), version=4))
            self.session = Session(self.disk.home_key, self.disk.device, kid, self.draw.randbytes(32))
            self.disk.keys.update(self.session.keys)
        return self.session.seal(submission)

    def save(
        self, now_ms: int, kind: str, fields: dict[str, Any], *, author: uuid.UUID | None, jump_ms: int = 0, **members: Any
    ) -> Entry:
        """Queue one submission at true time `now_ms`. `jump_ms`: the clock jumped between the tap and the save."""
        disk, at = self.disk, now_ms + self.skew_ms
        saved_at = at + jump_ms
        id_ = members.pop("id", None) or str(uuid.UUID(int=self.draw.getrandbits(128), version=4))
        record = members.pop("record", None)
        reading = clock.Clock(str(disk.device), disk.clock_ms, disk.clock_n)
        disk.number += 1
        submission = {
            "id": id_, "record": record or members.get("repairs") or id_, "kind": kind, "schema": 1,
            "parents": self.parents(record) if record else [],
            "author": str(author) if author else None, "grant": disk.grants[self.person][0] if author else None,
            "occurred_at": rfc3339(min(at, saved_at)), "recorded_at": rfc3339(saved_at), "offset_ms": disk.offset_ms,
            "seen": disk.seen, "clock": reading.tick(saved_at + (disk.offset_ms or 0)),
            "nonce": self.draw.randbytes(16).hex(), "number": disk.number, "fields": fields, **members,
        }  # fmt: skip
        disk.clock_ms, disk.clock_n = reading.ms, reading.counter
        entry = Entry(disk.number, id_, submission["record"], submission, digest(submission))
        # What has no canonical form cannot be sealed, and goes as it is.
        if self.seals and entry.digest is not None:
            entry.sealed = self._seal(submission)
        if kind in ("alert", "escalation") or "red_flags" in fields:
            # Nothing shows of a record before what made it is there: our own entries on it go along.
            own = [e.number for e in disk.queue.values() if e.record == entry.record]
            disk.first = [*disk.first, *own, entry.number][-MOST_FIRST:]
        disk.queue[entry.number] = entry
        return entry

    def parents(self, record: str) -> list[str]:
        """The record's heads as last received, and our own submissions on it that they do not include yet."""
        known = self.disk.records.get(record)
        waiting = [e.id for e in self.disk.queue.values() if e.record == record]
        waiting += [e.id for e in self.disk.sent.values() if e.record == record and (known is None or e.seq > known["seq"])]
        return list(dict.fromkeys([*(known["heads"] if known else []), *waiting]))

    # ---- one round trip ----

    def ready(self, now_ms: int) -> bool:
        return now_ms >= self.quiet_until

    def offer(self, now_ms: int, *, with_keys: bool = True) -> tuple[list[Entry], bytes]:
        """What cannot wait and the oldest entries that may go, and the body of the request."""
        disk, at = self.disk, now_ms + self.skew_ms
        order = dict.fromkeys([*(number for number in disk.first if number in disk.queue), *sorted(disk.queue)])
        waiting = [e for e in map(disk.queue.get, order) if self.later.get(e.id, 0) <= now_ms]
        batch = waiting[: self.limit]
        held = disk.grants.get(self.person) if self.person else None
        body = {
            "protocol": self.protocol, "sent_at": rfc3339(at), "grant": held[0] if held else None, "cursor": disk.cursor,
            "head": disk.head, "pending": len(disk.queue) - len(batch), "last_number": disk.number,
            "keys": self._keys(batch) if with_keys else None, "submissions": [_travelling(entry) for entry in batch],
        }  # fmt: skip
        return batch, json.dumps(body).encode()

    def rescue_file(self, home: uuid.UUID) -> bytes:
        """What waits, as a file that a manager can bring to the server."""
        waiting = [entry for _, entry in sorted(self.disk.queue.items())]
        file = {
            "tidemark_rescue": 1, "home": str(home), "device": str(self.disk.device), "last_number": self.disk.number,
            "keys": self._keys(waiting), "submissions": [_travelling(entry) for entry in waiting],
        }  # fmt: skip
        return json.dumps(file).encode()

    def _keys(self, entries: list[Entry]) -> dict[str, str]:
        return {entry.sealed["kid"]: self.disk.keys[entry.sealed["kid"]] for entry in entries if entry.sealed}

    def heard(self, now_ms: int, asked_ms: int, batch: list[Entry], answer: tuple[int, dict[str, str], bytes] | None) -> str:
        """What came back, or None for nothing. Returns done, unreachable, busy, too_large or refused."""
        if answer is None:
            return self._again(now_ms, None, "unreachable")
        status, headers, content = answer
        wait = _seconds(headers.get("Retry-After"))
        body = _object(content)
        if status == 413:
            self.limit = max(1, len(batch) // 2)
            return "too_large" if len(batch) > 1 else self._again(now_ms, None, "too_large")
        if status == 200 and body is not None and _is_answer(body, batch):
            self._take_in(now_ms, asked_ms, batch, body)
            self.failures, self.refused, self.limit = 0, None, min(MOST_ENTRIES, self.limit * 2)
            return "done"
        if status in (401, 409) and body is not None and "status" in body:
            self.refused = "revoked" if "revoked" in json.dumps(body) else str(status)
            return self._again(now_ms, None, "refused")
        return self._again(now_ms, wait if status in (429, 503) else None, "unreachable" if status == 200 else "busy")

    def _again(self, now_ms: int, wait_s: float | None, outcome: str) -> str:
        """Later, with jitter: never never."""
        self.failures += 1
        if wait_s is not None:
            wait = min(LONGEST_WAIT_MS, wait_s * 1000) * self.draw.uniform(1.0, 1.2)
        else:
            wait = min(BACKOFF_MS[1], BACKOFF_MS[0] * 2 ** min(self.failures, 10)) * self.draw.uniform(0.5, 1.0)
        self.quiet_until = now_ms + int(wait)
        return outcome

    def _take_in(self, now_ms: int, asked_ms: int, batch: list[Entry], answer: dict[str, Any]) -> None:
        """The whole answer in one change of the disk."""
        disk = copy.copy(self.disk)
        disk.queue, disk.sent, disk.looks = dict(disk.queue), dict(disk.sent), dict(disk.looks)
        disk.records, disk.grants = dict(disk.records), dict(disk.grants)
        told = []
        for entry, result in zip(batch, answer["results"], strict=True):
            status = result["status"]
            if result["id"] != entry.id and not (result["id"] is None and status == "quarantined"):
                continue
            if status in ("accepted", "duplicate") and entry.digest is not None and result["digest"] == entry.digest:
                disk.queue.pop(entry.number, None)
                disk.sent[entry.number] = Entry(**{**vars(entry), "seq": result["seq"], "at": now_ms})
            elif status in ("accepted", "duplicate", "quarantined"):
                disk.queue.pop(entry.number, None)
                disk.looks[entry.number] = Entry(**{**vars(entry), "errors": result.get("errors") or {}, "at": now_ms})
            else:
                self.later[entry.id] = now_ms + UNREAD_MS
                continue
            told.append((entry, status))
        rewound = answer.get("rewound")
        if rewound:
            disk.records, disk.cursor, disk.seen = {}, None, None
        else:
            for change in answer["changes"]:
                if change["seq"] >= disk.records.get(change["record"], change)["seq"]:
                    disk.records[change["record"]] = change
            for id_ in answer["removed"]:
                disk.records.pop(id_, None)
            disk.cursor = answer["cursor"]
            if answer["locked"] or answer["more"]:
                disk.seen = max([disk.seen or 0, *(change["seq"] for change in answer["changes"])]) or None
            else:
                disk.seen = answer["head"]["seq"]
        disk.head = answer["head"]
        just = {entry.number for entry in batch}
        for kept in (disk.sent, disk.looks):
            for number, entry in list(kept.items()):
                if number not in just and _wanted(entry, answer):
                    disk.queue[number] = Entry(**{**vars(kept.pop(number)), "seq": None, "errors": None})
        disk.safe = answer["safe"]
        for number, entry in list(disk.sent.items()):
            shown = disk.records.get(entry.record)
            echoed = shown is not None and shown["seq"] >= entry.seq
            if (disk.safe is not None and entry.seq <= disk.safe and echoed) or now_ms - entry.at > KEPT_COPIES_MS:
                del disk.sent[number]
        server_ms, own = time_ms(answer["server_time"]), now_ms + self.skew_ms
        disk.offset_ms = server_ms - (asked_ms + self.skew_ms + own) // 2
        reading = clock.Clock(str(disk.device), disk.clock_ms, disk.clock_n)
        reading.observe(server_ms, own + disk.offset_ms)
        disk.clock_ms, disk.clock_n = reading.ms, reading.counter
        if "grant" in answer and self.person:
            disk.grants[self.person] = (answer["grant"], time_ms(answer["grant_expires_at"]))
        self.disk = disk
        self.more = answer["more"] or bool(rewound)
        for entry, status in told:
            self.on_word(entry, status)


def _travelling(entry: Entry) -> dict[str, Any]:
    return entry.sealed or entry.submission


def _wanted(entry: Entry, answer: dict[str, Any]) -> bool:
    """A restored server asks for what it has lost: what it names, and everything above the row it went back to."""
    rewound = answer.get("rewound")
    if rewound and (entry.seq is None or entry.seq > rewound["seq"]):
        return True
    return any(first <= entry.number <= last for first, last in answer["resend"])


def _seconds(said: str | None) -> float | None:
    return float(said) if said and said.isdigit() else None


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _is_answer(body: dict[str, Any], batch: list[Entry]) -> bool:
    """Whether a 200 is our protocol's and about this batch: a hotel's log-in page is a 200 as well."""
    results = body.get("results")
    return (
        body.get("protocol") == 1
        and isinstance(body.get("server_time"), str)
        and isinstance(results, list)
        and len(results) == len(batch)
        and all(isinstance(r, dict) and r.get("id") in (e.id, None) for r, e in zip(results, batch, strict=True))
        and isinstance(body.get("changes"), list)
        and isinstance(body.get("head"), dict)
    )
