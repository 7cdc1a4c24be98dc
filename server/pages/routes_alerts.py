"""The overview of the home now, and one alert with everything that led to it, whose it is, and what may be done about it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request

from server.alerts import duty
from server.clock import now_ms
from server.db import reading
from server.pages import alert_acts, alerts_view, routes_check, tablets_view, timeline
from server.pages import store as pages_store
from server.pages.names import Names
from server.pages.words import DAY_MS, at, code, say, when
from server.people.rights import signed_in
from server.problems import Problem
from server.records import intake, store
from sync import days
from sync.kinds.escalation import DECIDED

blueprint = Blueprint("pages_alerts", __name__, template_folder="templates")

# More than this on one page hides what matters; the count says how many there are.
ALERTS_SHOWN = 40
LONGEST_WORDS = 1_000
# Whom a decision may have been taken to; with nobody, it says why.
NOBODY = "nobody"
CONTACTS = ("duty_manager", "gp", "111", "999", "family", NOBODY)


# How often the overview looks again by itself, without a script: a new alert is on it as soon.
AGAIN_S = 30
# How long the overview says that the server was put back from a backup; the ledger's page says it for ever.
RESTORE_SAID_MS = 14 * DAY_MS


@blueprint.get("/overview")
@signed_in("alerts.see")
def overview():
    """Alerts open now, who is on duty, and when each tablet was last heard from. Looks again by itself unless `?still=1`."""
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    with reading() as c:
        names, values = Names(c, home_id), pages_store.thresholds(c, home_id, zone)
        rows = sorted((row for row in store.records(c, home_id, "alert", open_only=True) if not row.struck), key=alerts_view.urgency)
        view = {
            "as_at": when(now, zone),
            "alerts": [alerts_view.line(row, names, zone, now) for row in rows[:ALERTS_SHOWN]],
            "alerts_total": len(rows),
            "duty": _duty(c, home_id, zone, now, names),
            "to_check": routes_check.count(c, home_id, zone, now),
            "tablets": tablets_view.in_use(c, home_id, zone, now, values),
            "may_be_on": tablets_view.may_be_on(c, home_id, zone, now, values, "overview.may_be_on"),
            "restores": [
                say("ledger.restored", when=when(began, zone, now), seq=f"{seq:,}")
                for seq, began in pages_store.restores(c, home_id)
                if now - began < RESTORE_SAID_MS
            ],
        }
    still = request.args.get("still") == "1"
    page = render_template("pages/overview.html", view=view, still=still, again=AGAIN_S)
    return Response(page, headers={} if still else {"Refresh": str(AGAIN_S)})


@blueprint.get("/alerts/<uuid:alert>")
@signed_in("alerts.see")
def alert(alert: uuid.UUID):
    """One alert, from what it says back to the original entries."""
    return _page(alert)


@blueprint.post("/alerts/<uuid:alert>/own")
@signed_in("alerts.act")
def own(alert: uuid.UUID):
    """Take it on: calling stops, and begins again by itself where it is not closed in time."""
    return _act(alert, alert_acts.own(g.person.staff), say("alert.owned"))


@blueprint.post("/alerts/<uuid:alert>/resolve")
@signed_in("alerts.act")
def resolve(alert: uuid.UUID):
    """Close what one has taken on, with what was done and what shows it."""
    outcome, evidence = request.form.get("outcome", ""), request.form.get("evidence", "").strip()
    wrong = {} if outcome in alert_acts.OUTCOMES else {"outcome": say("alert.need_outcome")}
    if not 0 < len(evidence) <= LONGEST_WORDS:
        wrong["evidence"] = say("alert.need_evidence")
    return _page(alert, wrong, 400) if wrong else _act(alert, alert_acts.close(outcome, evidence), say("alert.closed"))


@blueprint.post("/alerts/<uuid:alert>/give")
@signed_in("alerts.act")
def give(alert: uuid.UUID):
    """Hand it to somebody by name: they are called, and the ladder's clock goes on until they take it."""
    to = request.form.get("to", "")
    with reading() as c:
        known = {each["value"] for each in alert_acts.colleagues(c, g.person, now_ms())}
        name = Names(c, g.person.home_id).staff(to)
    if to not in known:
        return _page(alert, {"to": say("alert.give.need")}, 400)
    return _act(alert, alert_acts.give(to), say("alert.give.done", name=name))


def _act(alert: uuid.UUID, fields: Mapping[str, Any], done: str) -> Response:
    with reading() as c:
        _one(c, alert)
    flash(alert_acts.act(g.person, alert, request.form.get("seen", ""), fields, now_ms()) or done)
    return redirect(f"/alerts/{alert}", 303)


@blueprint.post("/alerts/<uuid:alert>/decide")
@signed_in("alerts.act")
def decide(alert: uuid.UUID):
    """The one decision that a low-intake or red-flag breach ends in; the first to record one has."""
    me, now, kind, words = g.person, now_ms(), request.form.get("kind", ""), request.form.get("words", "").strip()
    contact = say(f"alert.contacts.{kind}") if kind in CONTACTS else ""
    said = {"decision": f"{contact}: {words}"}
    said |= {"no_escalation_reason": words} if kind == NOBODY else {"contacted": contact, "contacted_at": days.write_time(now)}
    with reading() as c:
        row = pages_store.one(c, me.home_id, "alert", alert)
        if row is None or row.fields.get("rule") not in DECIDED:
            abort(404)
        # In this order: one that is recorded between the two readings is found by the second.
        made = alert_acts.decision(c, me, row, now, **said)
        there = alerts_view.decisions(c, me.home_id, row)
    if there:
        flash(say("alert.decided_already"))
        return redirect(f"/alerts/{alert}", 303)
    if not contact or not 0 < len(words) <= LONGEST_WORDS:
        return _page(alert, {"kind": say("alert.need_decision")}, 400)
    status = intake.write(me.home_id, [made], now_ms=now)[0].status
    if status not in ("accepted", "duplicate"):
        raise Problem("not_decided")
    flash(say("alert.decided_already" if status == "duplicate" else "alert.decision_kept"))
    return redirect(f"/alerts/{alert}", 303)


def _page(alert: uuid.UUID, wrong: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """The page; `wrong` says by field what is missing in the form that was sent."""
    me, now = g.person, now_ms()
    with reading() as c:
        row, names, values = _one(c, alert), Names(c, me.home_id), pages_store.thresholds(c, me.home_id, me.zone)
        view = alerts_view.detail(c, me.home_id, me.zone, row, names, now)
        view["whose"], acts = alert_acts.whose(me, row, names, values, now), alert_acts.offered(c, me, row, values, now)
    choices = [{"value": each, "text": say(f"alert.contacts.{each}")} for each in CONTACTS]
    wrong = {name: {"text": text} for name, text in (wrong or {}).items()}
    errors = [{"field": name, **text} for name, text in wrong.items()]
    page = render_template("pages/alert.html", alert=view, acts=acts, choices=choices, said=request.form, wrong=wrong, errors=errors)
    return Response(page, status)


@blueprint.get("/alerts/<uuid:alert>/timeline")
@signed_in("alerts.see")
def alert_timeline(alert: uuid.UUID):
    """One alert as an inspector asks for it: every event, by the server's clock and the device's."""
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    with reading() as c:
        row, names = _one(c, alert), Names(c, home_id)
        found = timeline.events(c, home_id, zone, row, names)
        page = {
            "id": row.id,
            "title": alerts_view.said(row.fields, zone).title,
            "person": alerts_view.subject(row.fields, names),
            "marks": timeline.marks(row, found, now, zone),
            "events": timeline.table(found, zone, now),
        }
    return render_template("pages/timeline.html", **page)


@blueprint.get("/alerts/<uuid:alert>/timeline.csv")
@signed_in("alerts.see")
def alert_timeline_file(alert: uuid.UUID):
    """The same events as a file. Its name says nothing about anybody."""
    home_id, zone = g.person.home_id, g.person.zone
    with reading() as c:
        row = _one(c, alert)
        said = timeline.as_csv(timeline.events(c, home_id, zone, row, Names(c, home_id)), zone)
    headers = {"Content-Disposition": f'attachment; filename="alert-{alert}.csv"', "Cache-Control": "no-store"}
    return Response("\ufeff" + said, content_type="text/csv; charset=utf-8", headers=headers)  # the mark tells a spreadsheet the encoding


def _one(c, alert: uuid.UUID):
    row = pages_store.one(c, g.person.home_id, "alert", alert)
    if row is None:
        abort(404)
    return row


def _duty(c, home_id: int, zone: str, now: int, names: Names) -> list[dict[str, Any]]:
    """Whom an alert would find on duty now: the same question that the ladder asks."""
    today = days.care_day(at(now, zone), zone).toordinal()
    everyone = duty.on_duty(c, home_id, today, now)
    reachable = duty.with_a_device(c, home_id, everyone, proven=True)
    people = [
        {
            "name": names.staff(one.staff),
            "role": code("roles", one.role),
            "where": ", ".join(filter(None, [one.unit, names.device(one.device)])) or "–",
            "since": when(one.since_ms, zone, now),
            "reach": say("overview.reach_yes" if one.device in reachable else "overview.reach_no"),
        }
        for one in everyone
    ]
    return sorted(people, key=lambda person: (person["role"], person["name"]))
