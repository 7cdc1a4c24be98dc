"""The actor "alerts": reads the ledger after its cursor, judges whom the rows concern, and moves their alerts.

    follow   1. read the next rows        2. judge in memory, without a lock
             3. in one transaction: alerts appended, looks and deadlines set, cursor moved (or nothing, if another
                process was quicker)
    fire     the same under the home's lock, and then, with nothing left unread: the looks and the deadlines that are due.
             So an acknowledgement that has arrived always stops the climb.

Locks are taken in the order follower, home, all else. Rows that it wrote itself are passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from server.alerts import act, climb, duty, judging, judging_home, matters, schedule, tablets, tested
from server.alerts.cases import Moment
from server.db import reading, writing
from server.people import store as people
from server.records import intake, projections, store
from server.records.tables import counter, follower
from sync import days
from sync.rules import system

NAME = "alerts"
store.FOLLOWERS.add(NAME)
projections.REFILLS.append(schedule.refill)

# Rows judged together: a person whom many of them concern is judged once. Looks and steps taken in one transaction: short
# enough that no tablet waits long.
ROWS, LOOKS, STEPS = 1000, 60, 50

homes_due = schedule.homes_due


@dataclass(frozen=True)
class Done:
    """What a round of `fire` did: visible steps, the worst lateness among them, and whether more is due."""

    steps: int = 0
    late_ms: int = 0
    more: bool = False


def follow(home_id: int, now_ms: int, *, holder: str = "") -> bool:
    """Judge the rows that came since the last time. True when there may be more. An idle call reads one row."""
    with reading() as c:
        cursor, head = _where(c, home_id)
        if cursor >= head:
            return False
        home = people.home(home_id)
        rows = store.rows_after(c, home_id, cursor, ROWS)
        now_ms = _not_before(rows, now_ms)
        found = _of_rows(c, home, rows, now_ms)
        left = duty.ended_by(c, home_id, {row.record for row in rows if row.kind == "duty"})

    def work(c: Connection) -> bool:
        if projections.lock(c, home_id, NAME) != cursor:
            return True  # another process was quicker; what it left is read next time
        _apply(c, home, found, now_ms, holder, rows[-1].seq)
        act.give_back(c, home, left, now_ms)
        tested.sign_ons(c, home_id, rows, now_ms)
        return True

    return writing(work)


def fire(home_id: int, now: Callable[[], int], *, holder: str = "", in_doubt: bool = False) -> Done:
    """Take the looks and the steps that are due, each exactly once, however many processes try. While the clock is
    `in_doubt`, because it has just jumped, no step is too late to call somebody.

    `now()` is the moment in ms. It is asked again once the home is ours: by the time from before that wait, what another
    process has planned meanwhile would look like the work of a wrong clock, and be done again.
    """
    with reading() as c:
        if not schedule.anything_due(c, home_id, now()):
            return Done()
    home = people.home(home_id)

    def work(c: Connection) -> Done:
        cursor = projections.lock(c, home_id, NAME)
        intake.lock_home(c, home_id)
        # Nothing can arrive any more: first everything that has.
        at_ms = now_ms = now()
        while rows := store.rows_after(c, home_id, cursor, ROWS):
            at_ms = _not_before(rows, at_ms)
            left = duty.ended_by(c, home_id, {row.record for row in rows if row.kind == "duty"})
            cursor = _apply(c, home, _of_rows(c, home, rows, at_ms), at_ms, holder, rows[-1].seq)
            act.give_back(c, home, left, at_ms)
            tested.sign_ons(c, home_id, rows, at_ms)
        steps = 0
        if due := schedule.looks_due(c, home_id, now_ms, LOOKS):
            found = judging.of_days(c, home, due, at_ms)
            steps += len(found.steps)
            cursor = _apply(c, home, found, at_ms, holder, cursor)
        if tablets_due := schedule.tablets_due(c, home_id, now_ms, LOOKS):
            health = tablets.judge(c, home, tablets_due, at_ms)
            steps += len(health.steps)
            cursor = _apply(c, home, judging.Found(health.steps, tablet_looks=health.looks), at_ms, holder, cursor)
        if matters_due := schedule.matters_due(c, home_id, now_ms, LOOKS):
            judged = matters.judge(c, home, matters_due, at_ms)
            steps += len(judged.steps)
            cursor = _apply(c, home, judging.Found(judged.steps, matter_looks=judged.looks), at_ms, holder, cursor)
        before = store.head(c, home_id).seq
        late = climb.take_due(c, home, at_ms, holder, limit=STEPS, in_doubt=in_doubt)
        if late:
            # Without a name it is no escalator that runs, but a history that is made up hours at a time.
            _just_happened(c, home, before, late if holder else (), at_ms, holder)
            projections.move(c, home_id, NAME, store.head(c, home_id).seq)
        return Done(steps + len(late), max(late, default=0), schedule.anything_due(c, home_id, now_ms))

    return writing(work)


def say_clock_stepped(home_id: int, step_ms: float, now_ms: int, *, holder: str = "") -> None:
    """Raise in a home that the server's clock has jumped."""
    home = people.home(home_id)

    def work(c: Connection) -> None:
        projections.lock(c, home_id, NAME)
        intake.lock_home(c, home_id)
        happened = system.clock_stepped(str(home.uuid), step_ms, days.from_ms(now_ms))
        act.take(c, home, matters.events(Moment(c, home, now_ms), happened), now_ms, holder)

    writing(work)


def _of_rows(c: Connection, home: people.Home, rows: list[store.LedgerRow], now_ms: int) -> judging.Found:
    found = judging.of_rows(c, home, rows, now_ms)
    found.matter_looks = matters.touched(c, home, rows, now_ms)
    return found


def _not_before(rows: list[store.LedgerRow], now_ms: int) -> int:
    """The moment to judge rows at: ours, or when the newest came, where that is a little later by another's clock."""
    newest = max((row.received_ms for row in rows), default=now_ms)
    return newest if now_ms < newest <= now_ms + schedule.SKEW_MS else now_ms


def _where(c: Connection, home_id: int) -> tuple[int, int]:
    """(cursor, newest seq) of a home."""
    mine = (follower.c.home_id == counter.c.home_id) & (follower.c.name == NAME)
    query = select(follower.c.cursor, counter.c.seq).select_from(counter.outerjoin(follower, mine))
    row = c.execute(query.where(counter.c.home_id == home_id)).first()
    return (row.cursor or 0, row.seq) if row else (0, 0)


def _apply(c: Connection, home: people.Home, found: judging.Found, now_ms: int, holder: str, read_to: int) -> int:
    """Write what was found, and the cursor; returns the cursor. The follower's row is locked by now."""
    if found.steps or found.moved or found.tablet_looks:
        head = intake.lock_home(c, home.id).seq
        act.settle_moved(c, home, found.moved, now_ms, holder)
        act.take(c, home, found.steps, now_ms, holder)
        if found.steps:
            _just_happened(c, home, head, (), now_ms, holder)
        if head == read_to:
            read_to = store.head(c, home.id).seq  # all that stands after it is ours
    schedule.set_looks(c, home.id, found.looks, now_ms)
    schedule.look_at_tablets(c, home.id, found.tablet_looks, now_ms)
    schedule.look_at_matters(c, home.id, found.matter_looks | matters.after_steps(found.steps, now_ms), now_ms)
    projections.move(c, home.id, NAME, read_to)
    return read_to


def _just_happened(c: Connection, home: people.Home, from_seq: int, late_ms: Sequence[int], now_ms: int, holder: str) -> None:
    """Say what the steps just written show of the ladder itself: nobody on a rung, or a step that came late."""
    if happened := judging_home.just_happened(c, home, from_seq, late_ms, now_ms):
        act.take(c, home, matters.events(Moment(c, home, now_ms), happened), now_ms, holder)
