"""Living a home forward: step by step in simulated time, through the one door that tablets use.

A step decides what was saved, writes that decision down together with the state after it, delivers it, and lets the
followers run at that time. A process that dies at any line leaves a decision that the next one delivers again, byte for
byte: what had arrived is a duplicate. Two processes at once are one: a decision is taken only on top of the state it read.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, func, select, update

from server.alerts import follow
from server.alerts.tables import tick
from server.db import reading, writing
from server.demo import auditors, carrying, improving, plans, rounds, settings
from server.demo.acts import Act
from server.demo.home_day import Story
from server.demo.people import DemoHome
from server.demo.responses import Responses, still_wanted
from server.demo.seeded import nonce
from server.demo.settings import Decision
from server.demo.tables import demo_home
from server.demo.tablets import Held, Stamper, next_step_ms, offline
from server.people import store as people
from server.people.tables import device
from server.records import intake, projections, store
from server.records.tables import ledger


@dataclass
class State:
    """Where a home's made-up people stand between two steps."""

    done_ms: int
    held: dict[str, Held]
    todo: list[dict[str, Any]]
    answered: dict[str, int]

    @classmethod
    def read(cls, row: Any) -> State:
        said = orjson.loads(row.state)
        held = {tablet: Held(**values) for tablet, values in said["held"].items()}
        return cls(row.done_ms, held, said["todo"], said["answered"])

    def text(self) -> str:
        held = {tablet: each.json() for tablet, each in self.held.items()}
        return orjson.dumps({"held": held, "todo": self.todo, "answered": self.answered}).decode()


class Overtaken(Exception):
    """Another process is living this home forward."""


class Life:
    """One home of the demo and its clock."""

    def __init__(self, home_id: int, home: DemoHome, seed: int, span: plans.Span):
        self.home_id, self.home, self.seed, self.span = home_id, home, seed, span
        self.story = Story(home, seed, span)
        self.responses = Responses(home, seed, span)
        self.stamper = Stamper(home, people.home(home_id).secret)
        self.tablets = {str(tablet.id): tablet for tablet in home.tablets}

    def live(
        self, until_ms: int, say: Callable[[int], None] = lambda at_ms: None, stop: Callable[[], bool] = lambda: False
    ) -> None:  # fmt: skip
        """Live on until an instant, or until `stop()`. Nothing happens where that lies behind. Raises Overtaken."""
        with reading() as c:
            row = c.execute(select(demo_home).where(demo_home.c.home_id == self.home_id)).one()
            self.gone = _gone(c, self.home_id, until_ms)
            # Followers have been here in real time: they are never made to act at an earlier one.
            self.lived_ms = min(until_ms, _lived_ms(c, self.home_id))
        state = State.read(row)
        sending = orjson.loads(row.sending)
        if state.done_ms >= until_ms and not sending:
            return
        writing(lambda c: carrying.take_up(c, self.home_id, self.home, state.done_ms))
        if sending:
            self._after(state, sending)
        while state.done_ms < until_ms and not stop():
            at_ms = min(next_step_ms(self.home, state.done_ms), until_ms)
            before = state.done_ms
            sending = self._decide(state, at_ms, last=at_ms == until_ms)
            self._keep(state, before, sending)
            self._after(state, sending)
            say(at_ms)
        self._keep(state, state.done_ms, [])
        writing(lambda c: carrying.lay_down(c, self.home_id, self.home))
        for fold in projections.FOLDS:
            while projections.step(self.home_id, fold):
                pass

    # ---- deciding ----

    def _decide(self, state: State, at_ms: int, last: bool) -> list[dict[str, Any]]:
        """What is saved until `at_ms` and what of it is sent then: one batch a tablet."""
        due = [act for act in map(self._act, state.todo) if act.at_ms <= at_ms]
        state.todo = [each for each in state.todo if each["at_ms"] > at_ms]
        acts = sorted(self.story.acts_between(state.done_ms, at_ms) + due, key=lambda act: (act.at_ms, act.id))
        heads = self._heads(acts)
        for act in acts:
            if self._possible(act) and still_wanted(act, heads.get(act.record)):
                held = state.held[str(act.tablet.id)]
                parents = act.parents if act.parents is not None else tuple(heads[act.record]["heads"])
                held.queue.append(self.stamper.stamp(act, held, parents))
                if act.record in heads:  # whoever acts next has seen this
                    fields = {**heads[act.record]["fields"], **act.fields}
                    heads[act.record] = {"heads": [act.id], "fields": fields}
        decided = self._on_pages(state.done_ms, at_ms)
        state.done_ms = at_ms
        batches: list[dict[str, Any]] = []
        if decided:
            batches.append({"tablet": None, "at_ms": at_ms, "stated": [decision.said() for decision in decided]})
        for tablet in self.home.tablets:
            held = state.held[str(tablet.id)]
            if held.queue and tablet.id not in self.gone and (last or not offline(self.home, self.seed, tablet, at_ms)):
                batches.append({"tablet": str(tablet.id), "at_ms": at_ms, "number": held.number, "entries": held.queue})
                held.queue = []
        return batches

    def _on_pages(self, after_ms: int, at_ms: int) -> list[Decision]:
        """What managers and leads wrote on pages, in order; who left meanwhile writes nothing."""
        said = (self.home, self.seed, self.span, after_ms, at_ms)
        found = settings.decided_between(*said) + improving.decided_between(*said)
        with reading() as c:
            found += auditors.answers_due(c, people.home(self.home_id), self.home, self.seed, self.span, at_ms)
        return sorted((each for each in found if each.author not in self.gone), key=lambda each: (each.at_ms, str(each.id)))

    def _act(self, said: dict[str, Any]) -> Act:
        tablet, author = self.tablets[said["tablet"]], self.home.people[uuid.UUID(said["author"])]
        return Act(
            said["id"], said["at_ms"], said["at_ms"], tablet, author, said["kind"], said["record"],
            None if said["parents"] is None else tuple(said["parents"]), said["fields"],
        )  # fmt: skip

    def _heads(self, acts: list[Act]) -> dict[str, dict[str, Any]]:
        """The alerts that these acts speak of, as they stand."""
        wanted = {uuid.UUID(act.record) for act in acts if act.kind == "alert"}
        if not wanted:
            return {}
        with reading() as c:
            return {str(id_): row.body for id_, row in store.records_by_id(c, self.home_id, wanted).items()}

    def _possible(self, act: Act) -> bool:
        """People who left and tablets that were taken away in the meantime record nothing; nobody gives drinks to who left."""
        if act.tablet.id in self.gone or (act.author and act.author.id in self.gone):
            return False
        about = act.fields.get("resident")
        return about is None or uuid.UUID(about) not in self.gone

    def _keep(self, state: State, before_ms: int, sending: list[dict[str, Any]]) -> None:
        values = {"done_ms": state.done_ms, "state": state.text(), "sending": orjson.dumps(sending).decode()}
        mine = (demo_home.c.home_id == self.home_id) & (demo_home.c.done_ms == before_ms)
        # A tablet that has nothing to say still asks for news: only one that is out of reach falls silent.
        heard = [tablet.id for tablet in self.home.tablets if not offline(self.home, self.seed, tablet, state.done_ms)]
        silent = (device.c.home_id == self.home_id) & device.c.id.in_(heard) & (
            func.coalesce(device.c.last_seen_ms, 0) < state.done_ms
        )

        def work(c: Connection) -> int:
            c.execute(update(device).where(silent).values(last_seen_ms=state.done_ms))
            return c.execute(update(demo_home).where(mine).values(**values)).rowcount

        if writing(work) != 1:
            raise Overtaken

    # ---- delivering ----

    def _after(self, state: State, sending: list[dict[str, Any]]) -> None:
        """Deliver what was decided, let the followers run, and plan what people do about what they opened."""
        at_ms = state.done_ms
        for batch in sending:
            self._deliver(batch)
        if at_ms >= self.lived_ms:
            while follow.follow(self.home_id, at_ms):
                pass
            while follow.fire(self.home_id, lambda: at_ms).more:
                pass
            state.todo += [_said(act) for act in rounds.come_round(people.home(self.home_id), self.home, self.seed, self.span, at_ms)]
        with reading() as c:
            seen = store.head(c, self.home_id).seq
            open_alerts = store.records(c, self.home_id, "alert", open_only=True)
        for batch in sending:
            if batch["tablet"]:
                state.held[batch["tablet"]].seen = seen
        state.answered = {str(row.id): state.answered.get(str(row.id), 0) for row in open_alerts}
        for row in open_alerts if at_ms >= self.lived_ms else ():
            opening = row.fields.get("opening", 1)
            if state.answered[str(row.id)] < opening:
                state.answered[str(row.id)] = opening
                state.todo += [_said(act) for act in self.responses.to(row.body, at_ms)]

    def _deliver(self, batch: dict[str, Any]) -> None:
        if batch["tablet"] is None:
            intake.write(self.home_id, [_stated(said) for said in batch["stated"]], now_ms=batch["at_ms"], origin="page")
            return
        tablet = self.tablets[batch["tablet"]]
        with reading() as c:
            row = people.device_row(c, self.home_id, tablet.id)
        entries = [self.stamper.with_grant(entry, tablet, batch["at_ms"]) for entry in batch["entries"]]
        intake.submit(
            self.home_id, row, entries, sent_at_ms=batch["at_ms"] + tablet.ahead_ms, now_ms=batch["at_ms"],
            origin="tablet", pending=0, last_number=batch["number"],
        )  # fmt: skip


def _said(act: Act) -> dict[str, Any]:
    """An act to come, as the home's state keeps it."""
    return {
        "id": act.id, "at_ms": act.at_ms, "kind": act.kind, "record": act.record, "parents": act.parents, "fields": act.fields,
        "tablet": str(act.tablet.id), "author": str(act.author.id),
    }  # fmt: skip


def _stated(said: dict[str, Any]) -> intake.Statement:
    """What somebody wrote, as the page states it: something new, or on top of what the record says by then."""
    id_ = uuid.UUID(said["id"])
    record = uuid.UUID(said["record"]) if said.get("record") else id_
    return intake.Statement(
        id=id_, record=record, kind=said.get("kind", "threshold"), fields=said["fields"], author=uuid.UUID(said["author"]), occurred_ms=said["at_ms"],
        parents=() if record == id_ else None, nonce=nonce(said["id"]),
    )  # fmt: skip


def _lived_ms(c: Connection, home_id: int) -> int:
    """The latest moment at which anything arrived in this home, or an escalator ran."""
    received = c.execute(select(func.max(ledger.c.received_ms)).where(ledger.c.home_id == home_id)).scalar()
    return max(received or 0, c.execute(select(func.max(tick.c.at_ms))).scalar() or 0)


def _gone(c: Connection, home_id: int, at_ms: int) -> frozenset[uuid.UUID]:
    """Staff, residents and tablets that people have ended since the demo was made."""
    staff = {person.id for person in people.staff_list(home_id) if person.left(at_ms)}
    tablets = {device.id for device in people.devices(home_id) if device.revoked_ms is not None}
    today = plans.day_of(at_ms).isoformat()
    residents = {
        row.id for row in store.records(c, home_id, "resident") if row.struck or row.fields.get("left_on", "~")[:10] <= today
    }
    return frozenset(staff | tablets | residents)
