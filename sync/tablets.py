"""A tablet's health as alerts: silent while it is expected, numbers that do not arrive, one identity twice, entries set
aside for too long (care.md, Alerts 9; protocol.md, "The server knows which numbers …").

    found = judge(facts, values, now)               # what is breached, and when to look again
    steps = reconcile(facts, values, found, alerts, now)

Pure, as `sync/alerts.py` is for people; a step is written the same way, on the record of device, rule and care day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sync.alerts import CHANGE, OPEN, REOPEN, WITHDRAW, Step
from sync.days import LONDON, care_day, to_ms, write_time
from sync.kinds.alert import OPENED, WITHDRAWN
from sync.rules.catalogue import MISSING_ENTRIES, SET_ASIDE, SILENT, TABLET_RULES, TWO_TABLETS, switched
from sync.standing import Existing
from sync.thresholds import DEFAULT, OFF, ON, Values

HEARD, NOT_EXPECTED, REMOVED, ARRIVED, FILED = (
    "tablet_heard", "tablet_not_expected", "tablet_removed", "tablet_arrived", "tablet_filed",
)  # fmt: skip
# While an alert stands, what ends it is looked for this often.
LOOK_AGAIN = timedelta(minutes=5)
# These are for whoever runs the shift: the first rung, the seniors on the floor, counts as reached.
_FROM_THE_MANAGER = 1
RUNS_SAID = 5


@dataclass(frozen=True)
class Gap:
    """Numbers of a tablet that have not arrived, inclusive, and since when that has been known."""

    first: int
    last: int
    since: datetime


@dataclass(frozen=True)
class TabletFacts:
    """What is known about one tablet. Times are aware UTC. `heard` is when it last made a request, or was enrolled;
    `signed_on` that somebody on the floor is signed on at it; `unsent` what it last said stays queued (None: never said);
    `fell_at` since when it says a lower count than has arrived.
    """

    device: str
    name: str
    heard: datetime
    phone: bool = False
    removed: bool = False
    signed_on: bool = False
    unsent: int | None = None
    gaps: tuple[Gap, ...] = ()
    twice_at: datetime | None = None
    fell_at: datetime | None = None
    aside: int = 0
    aside_since: datetime | None = None
    home_started: datetime | None = None
    zone: str = LONDON

    @property
    def expected(self) -> bool:
        """Whether this tablet must be heard from: somebody works at it, or it holds what was not sent. Phones never."""
        return not self.phone and not self.removed and (self.signed_on or bool(self.unsent))


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong with a tablet. `since` names the episode; it was a matter for people from `due` on."""

    rule: str
    since: datetime
    due: datetime
    facts: Mapping[str, Any]
    threshold_version: str
    pages: bool

    def care_day(self, zone: str) -> date:
        return care_day(self.due, zone)


@dataclass(frozen=True)
class Found:
    """What is wrong now, at most one a rule, and when to look again although nothing arrives."""

    troubles: tuple[Trouble, ...]
    next_look: datetime | None = None


def judge(facts: TabletFacts, values: Values, now: datetime) -> Found:
    """What is wrong with a tablet, as known at `now`."""
    if facts.removed:
        return Found(())
    found, ahead = [], []
    for rule, since, wait, wait_version, said in _matters(facts, values, now):
        due = since + wait
        if due > now:
            ahead.append(due)
            continue
        setting, version = switched(
            TABLET_RULES[rule], values, person=facts.device, unit=None, at=due, started=facts.home_started, incomplete=False
        )
        if setting == OFF:
            continue
        recent = now - due <= timedelta(hours=values.value("alerts.page_within_hours", at=now))
        version = version if version != DEFAULT else wait_version
        found.append(Trouble(rule, since, due, {"tablet": facts.name, **said}, version, setting == ON and recent))
    return Found(tuple(found), min(ahead, default=None))


def _matters(facts: TabletFacts, values: Values, now: datetime):
    """(rule, since when, how long it may last, version of that limit, facts) of whatever is not as it should be."""
    if facts.expected:
        minutes, version = values.get("tablets.silent_minutes", at=now)
        said = {"heard_at": _text(facts.heard), "minutes": minutes, **_unsent(facts)}
        yield SILENT, facts.heard, timedelta(minutes=minutes), version, said
    if facts.gaps:
        minutes, version = values.get("tablets.missing_minutes", at=now)
        wait = timedelta(minutes=minutes)
        old = [gap for gap in facts.gaps if gap.since + wait <= now]
        young = [gap.since for gap in facts.gaps if gap.since + wait > now]
        if old:
            said = {"missing": sum(gap.last - gap.first + 1 for gap in old), "numbers": _runs(old)}
            yield MISSING_ENTRIES, min(gap.since for gap in old), wait, version, said
        if young:
            yield MISSING_ENTRIES, min(young), wait, version, {}  # nothing yet: it says when to look again
    if facts.twice_at is not None:
        at = max(facts.twice_at, facts.fell_at) if facts.fell_at is not None else facts.twice_at
        yield TWO_TABLETS, at, timedelta(0), DEFAULT, {"how": "twice"}
    elif facts.fell_at is not None:
        # A request that the network delayed or repeated says an old count too: only one that lasts is a second tablet's.
        minutes, version = values.get("tablets.missing_minutes", at=now)
        yield TWO_TABLETS, facts.fell_at, timedelta(minutes=minutes), version, {"how": "fell"}
    if facts.aside and facts.aside_since is not None:
        hours, version = values.get("tablets.set_aside_hours", at=now)
        yield SET_ASIDE, facts.aside_since, timedelta(hours=hours), version, {"aside": facts.aside}


def _unsent(facts: TabletFacts) -> dict[str, Any]:
    return {"unsent": facts.unsent} if facts.unsent else {}


def _runs(gaps: Iterable[Gap]) -> str:
    """`5, 8-12`: no words, so that it reads the same everywhere."""
    said = [str(gap.first) if gap.first == gap.last else f"{gap.first}-{gap.last}" for gap in gaps]
    return ", ".join(said[:RUNS_SAID]) + ("…" if len(said) > RUNS_SAID else "")


# ---- reconciling ----


def reconcile(facts: TabletFacts, values: Values, found: Found, alerts: Mapping[str, Existing], now: datetime) -> tuple[Step, ...]:
    """The steps that bring a tablet's alerts to what was found. `alerts` holds, by rule, the alert that is open, else the
    one of the care day on which what is found came about, if there is one."""
    standing = {trouble.rule: trouble for trouble in found.troubles}
    steps = []
    for rule in TABLET_RULES:
        trouble, alert = standing.get(rule), alerts.get(rule)
        if alert is None:
            step = _opened(trouble, facts, now) if trouble else None
        elif alert.closed:
            step = _reopened(alert, trouble, facts, values, now) if trouble and _recurs(alert, trouble) else None
        elif trouble:
            step = _changed(alert, trouble)
        else:
            step = _over(alert, facts)
        if step:
            steps.append(step)
    return tuple(steps)


def _rung(rule: str) -> int:
    return 0 if rule == SILENT else _FROM_THE_MANAGER


def _said(trouble: Trouble) -> dict[str, Any]:
    return {**trouble.facts, "since": _text(trouble.since)}


def _recurs(alert: Existing, trouble: Trouble) -> bool:
    """Whether this is another episode than the one the alert was closed over."""
    if alert.status == WITHDRAWN:
        return True
    same = alert.facts.get("since") == _text(trouble.since)
    return not same and (alert.closed_at is None or trouble.since > alert.closed_at)


def _opened(trouble: Trouble, facts: TabletFacts, now: datetime, opening: int = 1) -> Step:
    fields = {
        "rule": trouble.rule,
        "subject": facts.device,
        "severity": TABLET_RULES[trouble.rule].severity,
        "status": OPENED,
        "opened_at": _text(now),
        "happened_at": _text(trouble.since),
        "care_day": trouble.care_day(facts.zone).isoformat(),
        "opening": opening,
        "facts": _said(trouble),
        "reason": "measured",
        "threshold_version": trouble.threshold_version,
    }
    return Step(OPEN, trouble.rule, fields, trouble.pages, rung=_rung(trouble.rule))


def _reopened(alert: Existing, trouble: Trouble, facts: TabletFacts, values: Values, now: datetime) -> Step:
    fields = dict(_opened(trouble, facts, now, alert.opening + 1).fields)
    cleared = ("owner", "outcome", "evidence", "put_right_by", "snooze_until", "snooze_reason", "via")
    fields |= {name: None for name in cleared if alert.fields.get(name) is not None}
    soon = timedelta(minutes=values.value("alerts.reopen_minutes", at=now))
    again = alert.closed_at is None or now - alert.closed_at <= soon
    return Step(REOPEN, trouble.rule, fields, trouble.pages, rung=max(_rung(trouble.rule), alert.rung - 1 if again else 0))


def _changed(alert: Existing, trouble: Trouble) -> Step | None:
    said = _said(trouble)
    # The episode that people were told of keeps its beginning while it lasts.
    if trouble.rule != SILENT and "since" in alert.facts:
        said["since"] = alert.facts["since"]
    if alert.facts == said:
        return None
    return Step(CHANGE, alert.rule, {"facts": said, "reason": "measured"}, pages=False, rung=alert.rung)


def _over(alert: Existing, facts: TabletFacts) -> Step | None:
    """Nothing is wrong any more: taken back, visibly; or still open, because what is awaited has not all arrived."""
    if facts.removed:
        why = REMOVED
    elif alert.rule == SILENT:
        heard_again = _text(facts.heard) != alert.facts.get("heard_at")
        if heard_again and (facts.unsent or facts.gaps):
            missing = sum(gap.last - gap.first + 1 for gap in facts.gaps)
            said = {name: value for name, value in alert.facts.items() if name not in ("unsent", "missing")}
            said |= {"back": True, **_unsent(facts), **({"missing": missing} if missing else {})}
            return None if said == alert.facts else Step(CHANGE, alert.rule, {"facts": said}, pages=False, rung=alert.rung)
        why = HEARD if heard_again else NOT_EXPECTED
    elif alert.rule == TWO_TABLETS:
        return None  # it happened; only a person can say that it was put right
    else:
        why = ARRIVED if alert.rule == MISSING_ENTRIES else FILED
    return Step(WITHDRAW, alert.rule, {"status": WITHDRAWN, "reason": why}, pages=alert.rung > 0, rung=alert.rung)


def _text(at: datetime) -> str:
    return write_time(to_ms(at))
