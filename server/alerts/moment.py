"""What a step of an alert needs to know about the home: read when it is first asked for, once a transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from server.alerts import duty
from server.people.store import Home
from server.records import store
from sync import days, ladder
from sync.thresholds import Values


@dataclass
class Moment:
    c: Connection
    home: Home
    now_ms: int
    holder: str
    in_doubt: bool = False  # the clock has just jumped: nothing is too late by it
    _known: dict[str, Any] = field(default_factory=dict)

    @property
    def everyone(self) -> list[duty.OnDuty]:
        if "everyone" not in self._known:
            today = days.care_day(days.from_ms(self.now_ms), self.home.zone).toordinal()
            self._known["everyone"] = duty.on_duty(self.c, self.home.id, today, self.now_ms)
        return self._known["everyone"]

    @property
    def live(self) -> set[uuid.UUID]:
        """Devices on duty that a push can be sent to."""
        if "live" not in self._known:
            self._known["live"] = duty.with_a_device(self.c, self.home.id, self.everyone)
        return self._known["live"]

    @property
    def proven(self) -> set[uuid.UUID]:
        """Those of them that have said that they showed one: only these count as reached."""
        if "proven" not in self._known:
            self._known["proven"] = duty.with_a_device(self.c, self.home.id, self.everyone, proven=True)
        return self._known["proven"]

    def ladder(self, severity: str, unit: str | None) -> ladder.Ladder:
        if "ladders" not in self._known:
            self._known["ladders"] = [row.body for row in store.records(self.c, self.home.id, "ladder") if not row.struck]
        return ladder.ladder_for(severity, self._known["ladders"], days.from_ms(self.now_ms), self.home.zone, unit)

    @property
    def values(self) -> Values:
        if "values" not in self._known:
            self._known["values"] = Values((row.body for row in store.records(self.c, self.home.id, "threshold")), self.home.zone)
        return self._known["values"]

    def sent(self, roles: Iterable[str], unit: str | None) -> list[duty.OnDuty]:
        """Whoever of these roles a call can be sent to for a person on that unit."""
        return [one for one in duty.named(self.everyone, roles, unit) if one.device in self.live]

    def reaches(self, staff: str) -> bool:
        """Whether this person is signed on with a device that can be reached."""
        return any(str(one.staff) == staff and one.device in self.proven for one in self.everyone)

    def reachable(self, unit: str | None) -> frozenset[str]:
        """Roles in which somebody can be reached for a person on that unit."""
        return frozenset(one.role for one in self.everyone if one.answers_for(unit) and one.device in self.proven)
