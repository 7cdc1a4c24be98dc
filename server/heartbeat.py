"""The escalator's heartbeat: looks for work four times a second, and does what the rows say is due.

Nothing is kept in memory that matters. APScheduler beats time and no more: when something is due stands in the database,
so a beat that comes late, twice or in two processes at once changes nothing but the moment. Any number of escalators may
run; one that is killed leaves its leases and transactions to the others.

    work     every 250 ms: followers with rows to read, looks and deadlines that are due
    deliver  every 250 ms, and at once when work has queued something: the outbox
    audit    every minute, by other code: is anything overdue that the work above should have done?
    calendar every minute: what comes round with the clock (the shift drawn for observation, the duties, the figures of each measure, what they trigger,
             photos that nobody's record names any more)
    watch    a thread of its own: beats that have stopped are started again; if that does not help, the process ends
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from server import clock
from server.alerts import deliver, duties, follow, mail, ticks, vapid, watch
from server.db import reading
from server.improvement import figuring, plan, triggering
from server.people import store as people
from server.records import photos, projections, sampling, store
from sync.messages import text

log = logging.getLogger(__name__)

POLL_S = 0.25
AUDIT_S = 60
CALENDAR_S = 60
# How often the round that was made is written down: /api/v1/health calls a tick fresh for a minute.
TICK_S = 2.0
# A beat this old is started again; one this much older ends the process, and whoever supervises it starts another.
STALE_S, HOPELESS_S = 20.0, 90.0
# Time and monotonic time that drift further apart than this between two beats: somebody set the clock.
STEP_MS = 5_000
# So long after a jump the clock is in doubt: by it, nothing is too late to call somebody.
DOUBT_S = 600.0
# Rounds that one follower of one home may take before the others get their turn.
TURNS = 20
# A home whose work fails is left alone for a while, doubling to the longest, so that it cannot starve the others.
PAUSE_S, PAUSE_LONGEST_S = 1.0, 60.0


class Heartbeat:
    """One process's heartbeat over an app."""

    def __init__(self, app: Flask):
        self.app = app
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{time.time_ns()}"
        with app.app_context():
            self.delivery = deliver.Delivery(deliver.sender())
        self.started_ms = clock.now_ms()
        self.rounds = 0
        self.last_round = time.monotonic()
        self._last_tick = 0.0
        self._clock: tuple[int, float] | None = None
        self._stepped_ms: int | None = None
        self._stepped: float | None = None
        self._paused: dict[int, tuple[float, float]] = {}
        self._scheduler = self._new_scheduler()

    # ---- beating ----

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Finish what has begun."""
        self._scheduler.shutdown(wait=True)
        with self.app.app_context():
            self.delivery.close()

    def watch(self, stop: threading.Event) -> None:
        """Until `stop`: see that the beats go on."""
        while not stop.wait(1.0):
            silent = time.monotonic() - self.last_round
            if silent > HOPELESS_S:
                log.critical("no round for %.0f s, and a new scheduler did not help: ending this process", silent)
                os._exit(os.EX_TEMPFAIL)  # a thread that hangs cannot be stopped in any other way
            if silent > STALE_S and not self._scheduler_was_replaced(silent):
                log.error("no round for %.0f s: starting the scheduler again", silent)
                self._scheduler.shutdown(wait=False)
                self._scheduler = self._new_scheduler()
                self._scheduler.start()
                self._replaced = time.monotonic()

    _replaced = 0.0

    def _scheduler_was_replaced(self, silent: float) -> bool:
        return time.monotonic() - self._replaced < silent

    def _new_scheduler(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            timezone=UTC,
            jobstores={"default": MemoryJobStore()},  # never shared, never written: there is nothing in it to lose
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        for name, work, seconds in (
            ("work", self.work, POLL_S),
            ("deliver", self.send, POLL_S),
            ("audit", self.audit, AUDIT_S),
            ("calendar", self.calendar, CALENDAR_S),
        ):
            beat = self._guarded(name, work)
            scheduler.add_job(beat, "interval", seconds=seconds, id=name, next_run_time=datetime.now(UTC))
        return scheduler

    def _guarded(self, name: str, work: Callable[[], None]) -> Callable[[], None]:
        """A beat that no error ends."""

        def beat() -> None:
            try:
                with self.app.app_context():
                    work()
            except Exception:
                log.exception("heartbeat: %s failed; it is tried again", name)
            finally:
                if name == "work":
                    self.last_round = time.monotonic()

        return beat

    # ---- what a beat does ----

    def work(self) -> None:
        """One round: followers first, so that what has arrived is known before any deadline fires; then what is due."""
        now = clock.now_ms()
        if stepped := self._look_at_the_clock(now):
            for home in people.homes():
                self._for_home(home.id, lambda h=home.id: follow.say_clock_stepped(h, stepped, now, holder=self.holder))
        with reading() as c:
            behind = store.behind(c)
            due = follow.homes_due(c, now)
        # The actor before the folds: somebody may be waiting for it.
        for home_id, name in sorted(behind, key=lambda each: (each[1] != follow.NAME, each)):
            self._for_home(home_id, lambda h=home_id, n=name: self._follow(h, n))
        queued = late = 0
        if behind:
            with reading() as c:
                due = follow.homes_due(c, clock.now_ms())
        for home_id in due:
            done = self._for_home(home_id, lambda h=home_id: follow.fire(h, clock.now_ms, holder=self.holder, in_doubt=self.in_doubt))
            if done:
                queued, late = queued + done.steps, max(late, done.late_ms)
        if queued or behind:
            self._deliver_now()
        self.rounds += 1
        if time.monotonic() - self._last_tick >= TICK_S or late:
            self._last_tick = time.monotonic()
            ticks.write(
                self.holder, started_ms=self.started_ms, now_ms=now, late_ms=late, count=self.rounds, stepped_ms=self._stepped_ms
            )

    def send(self) -> None:
        """Deliver until nothing is due and nothing is on its way."""
        self.delivery.in_doubt = self.in_doubt
        while self.delivery.round(clock.now_ms, wait_s=0.05):
            pass

    def audit(self) -> None:
        """Say loudly what should have happened two minutes ago and has not; when nothing is, say that all is well."""
        now = clock.now_ms()
        if not watch.audit(now) and time.monotonic() - self.last_round < STALE_S:
            watch.say_that_all_is_well(now)
        ticks.prune(now)

    def calendar(self) -> None:
        """What comes round by itself, each home by itself. Every statement has a derived id, and a figure has one row: a repeat changes nothing."""
        for home in people.homes():
            try:
                sampling.draw_due(home, clock.now_ms())
                duties.keep(home, clock.now_ms(), holder=self.holder)
                figuring.keep(home, clock.now_ms())
                plan.reopen_slid(home, clock.now_ms())
                triggering.look(home, clock.now_ms())
                photos.tidy(home, clock.now_ms())
            except Exception:
                log.exception("heartbeat: the calendar of home %s failed; it is tried again in a minute", home.id)

    def _follow(self, home_id: int, name: str) -> None:
        for _ in range(TURNS):
            actor = name == follow.NAME
            if not (follow.follow(home_id, clock.now_ms(), holder=self.holder) if actor else projections.step(home_id, name)):
                return

    def _for_home(self, home_id: int, work: Callable):
        """Do one home's work; a home that fails rests a little, and no other notices."""
        until, pause = self._paused.get(home_id, (0.0, 0.0))
        if time.monotonic() < until:
            return None
        try:
            done = work()
        except Exception:
            pause = min(PAUSE_LONGEST_S, pause * 2 or PAUSE_S)
            self._paused[home_id] = (time.monotonic() + pause, pause)
            log.exception("heartbeat: work for home %s failed; next try in %.0f s", home_id, pause)
            return None
        self._paused.pop(home_id, None)
        return done

    def _deliver_now(self) -> None:
        """A shortcut in this process; without it the outbox is seen at the next beat."""
        job = self._scheduler.get_job("deliver")
        if job is not None:
            job.modify(next_run_time=datetime.now(UTC))

    @property
    def in_doubt(self) -> bool:
        """Whether the clock has just jumped, and may jump back."""
        return self._stepped is not None and time.monotonic() - self._stepped < DOUBT_S

    def _look_at_the_clock(self, now_ms: int) -> float:
        """By how many milliseconds the clock has jumped since the last look; 0.0 where it has not."""
        steady, stepped = time.monotonic(), 0.0
        if self._clock is not None:
            was_ms, was = self._clock
            drift = (now_ms - was_ms) - (steady - was) * 1000
            if abs(drift) > STEP_MS:
                self._stepped_ms, self._stepped, stepped = now_ms, steady, drift
                log.error("the server's clock stepped by %.0f s", drift / 1000)
        self._clock = (now_ms, steady)
        return stepped


def run(app: Flask, stop: threading.Event) -> None:
    """Beat until `stop` is set. Ends the process with a sentence when push could not work for every phone."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a beat that is skipped because one is at work is no news
    with app.app_context():
        try:
            named = deliver.check_settings()
        except (vapid.BadSubject, mail.BadMailServer) as bad:
            raise SystemExit(str(bad)) from None
    if not named:
        log.warning(text("push.start.no_subject"))
    beat = Heartbeat(app)
    beat.start()
    try:
        beat.watch(stop)
    finally:
        beat.stop()
