"""A tablet without a browser, talking to a served Tidemark over HTTP: enough to sign on, record and subscribe."""

from __future__ import annotations

import uuid
from typing import Any

from tests.harness import by_tidemark
from tests.harness.processes import Installation


class FloorTablet:
    """An enrolled device with one person unlocked. It shares no code with the app."""

    def __init__(self, tidemark: Installation, home: str, name: str):
        self.tidemark = tidemark
        self.id, self.token = by_tidemark.enrol(tidemark, home, name)
        self.number, self.cursor, self.grant, self.staff = 0, None, None, None

    def unlock(self, person: dict[str, Any]) -> None:
        status, body = self.tidemark.call("/api/v1/unlock", {"staff": person["id"], "pin": person["pin"]}, token=self.token)
        assert status == 200, body
        self.grant, self.staff = body["grant"], person["id"]

    def statement(self, kind: str, fields: dict[str, Any], *, record: str | None = None, parents: tuple[str, ...] = ()) -> dict:
        self.number += 1
        now, id_ = self.tidemark.now(), str(uuid.uuid4())
        return {
            "id": id_, "record": record or id_, "kind": kind, "schema": 1, "parents": list(parents), "author": self.staff,
            "grant": self.grant, "occurred_at": now.isoformat(), "recorded_at": now.isoformat(), "offset_ms": 0, "seen": None,
            "clock": f"{int(now.timestamp() * 1000):013d}-0000-{self.id}", "nonce": uuid.uuid4().hex, "number": self.number,
            "fields": fields,
        }  # fmt: skip

    def sync(self, *submissions: dict) -> dict[str, Any]:
        """One round trip in which everything must be accepted."""
        body = self.offer(*submissions)
        assert all(result["status"] in ("accepted", "duplicate") for result in body["results"]), body["results"]
        return body

    def offer(self, *submissions: dict) -> dict[str, Any]:
        """One round trip, whatever becomes of each entry."""
        status, body = self.tidemark.call(
            "/api/v1/sync",
            {
                "protocol": 1, "sent_at": self.tidemark.now().isoformat(), "grant": self.grant, "cursor": self.cursor,
                "head": None, "pending": 0, "last_number": self.number, "submissions": list(submissions),
            },
            token=self.token,
        )  # fmt: skip
        assert status == 200, body
        self.cursor = body["cursor"]
        return body

    def changes(self, kind: str) -> list[dict[str, Any]]:
        """Everything of a kind that the server shows this tablet, asked anew."""
        self.cursor, found = None, []
        while True:
            body = self.sync()
            found += [change for change in body["changes"] if change["kind"] == kind]
            if not body["more"]:
                return found

    def start_shift(self, role: str, unit: str | None = None) -> None:
        fields = {"what": "on_shift", "staff": self.staff, "role": role, "device": self.id, "from": self.tidemark.now().isoformat()}
        self.sync(self.statement("duty", fields | ({"unit": unit} if unit else {})))

    def subscribe(self, subscription: dict[str, Any]) -> None:
        said = {"endpoint": subscription["endpoint"], "keys": subscription["keys"], "key": self.push_key()}
        status, body = self.tidemark.call("/api/v1/push/subscription", said, token=self.token, method="PUT")
        assert status in (200, 201, 204), body
        _, body = self.tidemark.call("/api/v1/push/test", {}, token=self.token)
        shown = [{"message": body["message"], "event": "shown", "at": self.tidemark.now().isoformat()}]
        status, body = self.tidemark.call("/api/v1/push/receipts", shown, token=self.token)
        assert (status, body["taken"]) == (200, 1), body

    def push_key(self) -> str:
        status, body = self.tidemark.call("/api/v1/push/key", token=self.token)
        assert status == 200, body
        return body["key"]

    def drink(self, resident: str, ml: int) -> dict[str, Any]:
        return self.statement("hydration_check", {"resident": resident, "outcome": "drank", "drunk_ml": ml})

    def red_flag(self, resident: str) -> dict[str, Any]:
        return self.statement("hydration_check", {"resident": resident, "outcome": "unwell", "red_flags": ["choking"]})
