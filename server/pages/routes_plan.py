"""The improvement plan: from concern to evidence to outcome. Leads add and review; only a manager closes, and never their own work."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request

from server.clock import now_ms
from server.db import reading
from server.improvement import changed, frameworks, still
from server.improvement import plan as acting
from server.pages import changes_view, duties_view, nothing_due_view, plan_form, plan_view
from server.pages.initials import Initials, names_for
from server.pages.names import Names
from server.pages.words import at, roles, say
from server.people import store as people_store
from server.people.rights import may, signed_in
from server.problems import Problem
from sync import days
from sync.measures import MEASURES
from sync.rules import framework, plan, xmr
from sync.rules.starts import STARTS

blueprint = Blueprint("pages_plan", __name__, template_folder="templates")

#: Weeks after closing at which it is looked whether the change has lasted, where nobody says otherwise.
CHECK_WEEKS = 6
#: What is wrong with a form as a whole, and with none of its fields: somebody has written since.
MOVED = "moved"


@blueprint.get("/plan")
@signed_in("plan.see", guests=True)
def board():
    """The whole plan by quality area."""
    with reading() as c:
        found = plan_view.actions(c, g.person.home_id, g.person.zone, _today())
        view = plan_view.board(found, names_for(c), _today(), _duties(c))
    return render_template("pages/plan.html", plan=view, starts=[{"name": name, "title": say(f"plan.starts.{name}.title")} for name in STARTS])


@blueprint.get("/plan/questions")
@signed_in("plan.see", guests=True)
def questions():
    """What are the current risks, the evidence gaps, the closure decisions? One honest page."""
    with reading() as c:
        found = plan_view.actions(c, g.person.home_id, g.person.zone, _today())
        view = plan_view.questions(found, names_for(c), _today(), _duties(c))
    return render_template("pages/plan_questions.html", plan=view)


@blueprint.get("/plan/by-question")
@signed_in("plan.see")
def by_question():
    """The open actions under the key questions of a framework: the one in force, unless another is asked for."""
    known, wrong = frameworks.known()
    chosen = next((each for each in known if each.id == request.args.get("framework")), None) or framework.current(known, _today())
    with reading() as c:
        found = plan_view.actions(c, g.person.home_id, g.person.zone, _today())
        questions = plan_view.by_question(found, chosen, Names(c, g.person.home_id), _today())
    return render_template("pages/plan_by_question.html", chosen=chosen, known=known, wrong=wrong, questions=questions)


@blueprint.get("/plan/new")
@signed_in("plan.change")
def ask_new():
    """The form, filled in from one of the article's three examples where one was chosen."""
    return _action_form(None, _from_start(request.args.get("start", "")))


@blueprint.post("/plan/new")
@signed_in("plan.change")
def add():
    """A new action."""
    fields, wrong = plan_form.action(request.form, request.form.getlist("measures"), request.form.getlist("tags"), _staff_ids(), _today(), [])
    fields["framework"] = _framework().id
    if wrong:
        return _action_form(None, request.form, wrong, 400)
    id_ = acting.add(g.person.home_id, {name: value for name, value in fields.items() if value not in (None, [])}, by=g.person.staff, now_ms=now_ms())
    flash(say("plan.added"))
    return redirect(f"/plan/{id_}", 303)


@blueprint.get("/plan/<uuid:id_>")
@signed_in("plan.see", guests=True)
def one(id_: uuid.UUID):
    """One action: baseline, target, evidence required against held, measures, reviews."""
    today = _today()
    with reading() as c:
        action, names = _action(c, id_), names_for(c)
        view = {
            **plan_view.card(action, names, today, _duties(c)),
            "rows": plan_view.facts(action, names, _framework().named),
            "evidence": plan_view.evidence(action, today, plan_view.sides(c, g.person.home_id, action, today)),
            "audits": plan_view.audits(action),
            "changed": plan_view.changed(action),
            "reviews": plan_view.review_lines(action, names),
            "history": plan_view.history(action.row, names, g.person.zone),
        }
        nothing_due_view.on_card(view, _nothing_due(c, action)[1])
    return render_template("pages/plan_action.html", action=view)


@blueprint.get("/plan/<uuid:id_>/change")
@signed_in("plan.change")
def ask_change(id_: uuid.UUID):
    """The same form with what stands."""
    with reading() as c:
        action = _action(c, id_)
    return _action_form(action, _as_form(action.fields))


@blueprint.post("/plan/<uuid:id_>/change")
@signed_in("plan.change")
def change(id_: uuid.UUID):
    """Set what differs, unless somebody has written since."""
    with reading() as c:
        action = _action(c, id_)
    if action.fields.get("status") == "closed":
        raise Problem("moved_on")
    ticked = (request.form.getlist("measures"), request.form.getlist("tags"))
    fields, wrong = plan_form.action(request.form, *ticked, _staff_ids(), _today(), plan.required(action.fields))
    if wrong := _moved(action) or wrong:
        return _action_form(action, request.form, wrong, 409 if MOVED in wrong else 400)
    acting.change(g.person.home_id, action.row, fields, request.form.get("seen", ""), by=g.person.staff, now_ms=now_ms())
    flash(say("plan.changed"))
    return redirect(f"/plan/{id_}", 303)


@blueprint.get("/plan/<uuid:id_>/review")
@signed_in("plan.change")
def ask_review(id_: uuid.UUID):
    """The form of a review."""
    with reading() as c:
        action = _action(c, id_)
    return _review_form(action, {})


@blueprint.post("/plan/<uuid:id_>/review")
@signed_in("plan.change")
def review(id_: uuid.UUID):
    """Stay open, change, escalate or close, with the evidence weighed. Closing goes through the gate."""
    me, today, form = g.person, _today(), request.form
    with reading() as c:
        action = _action(c, id_)
        rounds, found = action.duties(_duties(c)), _really_changed(c, action)
        too_little, too_little_words = _nothing_due(c, action)
        # What stays in the record names nobody: guests read it too.
        short = Initials(c, me.home_id)
        changes = {str(each.row.id): (changes_view.words(each, short), each.on) for each in found}
    fields, wrong = plan_form.review(form, plan.required(action.fields), list(action.series), today, _decisions(action), changes, _named(form))
    reached = nothing_due_view.reached(action, too_little)
    wrong |= _may_rebase(fields, reached)
    check_on = plan.read_day(form.get("check_on"))
    if fields["decision"] == plan.LASTED and check_on is not None and check_on <= today:
        wrong["check_on"] = say("plan.block.no_check")
    if fields["decision"] in (plan.CLOSE, plan.LASTED) and not may(me.roles, "plan.close"):
        raise Problem("forbidden")
    if fields["decision"] in (plan.CLOSE, plan.LASTED) and not wrong:
        said = action.fields, fields["evidence_weighed"], list(reached.values())
        judged = {
            "closer": str(me.staff), "today": today, "did": action.did, "number": action.number,
            "duties": [(of[duties_view.MISSED] + of[duties_view.LATE], of.total()) for of in rounds.values()],
        }  # fmt: skip
        lacking = plan.closing(*said, check_on=check_on, since=action.since, **judged) if fields["decision"] == plan.CLOSE else plan.lasting(*said, **judged)
        wrong |= {f"block-{name}": _blocked(name, action) for name in lacking}
    if fields["decision"] in (plan.CLOSE, plan.LASTED):
        wrong |= _against(action)
    if wrong := _moved(action) or wrong:
        return _review_form(action, form, wrong, 409 if MOVED in wrong else 400)
    fields["figures"] = [
        {"measure": name, "percent": None if each.percent is None or each.nothing_due else round(each.percent, 1), **({"says": too_little_words[name]} if each.nothing_due else {})}
        for name, each in reached.items()
    ]
    acting.review(
        me.home_id, action.row, fields, form.get("seen", ""), check_on=check_on.isoformat() if check_on else None, by=me.staff, now_ms=now_ms()
    )
    flash(say(f"plan.reviewed.{fields['decision']}"))
    return redirect(f"/plan/{id_}", 303)


# ---- what they share ----


def _today() -> date:
    return days.care_day(at(now_ms(), g.person.zone), g.person.zone)


def _framework() -> framework.Framework:
    """The framework in force, whose tags an action is offered."""
    return framework.current(frameworks.known()[0], _today())


def _duties(c: Any) -> plan_view.Duties:
    return duties_view.by_duty(c, g.person.home_id, now_ms(), g.person.zone)


def _action(c: Any, id_: uuid.UUID) -> plan_view.Action:
    found = plan_view.actions(c, g.person.home_id, g.person.zone, _today(), only=id_)
    if not found:
        abort(404)
    return found[0]


def _moved(action: plan_view.Action) -> dict[str, str]:
    """Where somebody has written since the form was opened: who, with everything that was typed still in the form."""
    if request.form.get("seen") == plan_view.seen(action):
        return {}
    with reading() as c:
        told = action.row.body.get("history") or [action.row.body]
        return {MOVED: say("plan.moved", name=Names(c, g.person.home_id).staff(told[-1]["author"]))}


def _nothing_due(c: Any, action: plan_view.Action) -> tuple[nothing_due_view.Stretches, dict[str, str]]:
    """What the records show of the measures in which there is nothing to judge, and the same in words."""
    found = nothing_due_view.stretches(c, people_store.home(g.person.home_id), action, now_ms())
    return found, nothing_due_view.words(found, action.number)


def _really_changed(c: Any, action: plan_view.Action) -> list[changed.Changed]:
    """What really changed in the home since the last review of the action, or since it runs, and no review of it has named yet."""
    since = max([action.since, *(each["on"] for each in action.said()[-1:])])
    named = {each.record: row.seq for row in action.reviews for each in changes_view.of_reviews([row])}
    return [each for each in changed.since(c, g.person.home_id, g.person.zone, since, _today()) if each.row.seq > named.get(each.row.id, 0)]


def _named(form: Any) -> list[str]:
    """The records that are ticked as what was changed."""
    return [each for each in form.getlist("changed_record") if each]


def _decisions(action: plan_view.Action) -> tuple[str, ...]:
    """What a review may decide: of a closed action, whether it has lasted."""
    return plan.CHECKS if action.fields.get("status") == "closed" else plan.DECISIONS


def _blocked(name: str, action: plan_view.Action) -> str:
    return say(f"plan.block.{name}", days=action.number("plan.judged_days"), percent=action.number("plan.duties_missed_percent"), counted=duties_view.COUNTED_DAYS)


def _against(action: plan_view.Action) -> dict[str, str]:
    """What the home's records still say, whatever was weighed: triggers that fire, people who wait as before."""
    now = now_ms()
    with reading() as c:
        found = still.against(c, people_store.home(g.person.home_id), action.streams, action.began, _today(), days.from_ms(now))
    return {"block-still": say("plan.block.still", why=" ".join(found))} if found else {}


def _may_rebase(fields: Mapping[str, Any], reached: Mapping[str, plan.Reached]) -> dict[str, str]:
    """New limits begin only after a change for the better that has shown itself: never to hide a fall (domain.md 6)."""
    asked = [name for each in fields.get("changed") or () for name in each["rebases"]]
    return {f"rebase-{name}": say("plan.need.rebase") for name in asked if reached[name].variation != xmr.IMPROVEMENT}


def _staff() -> list[tuple[str, str]]:
    """(id, name and roles) of everybody who works here now and may own an action."""
    now = now_ms()
    return [(str(one.id), say("plan.person", name=one.name, roles=roles(one.roles))) for one in people_store.staff_list(g.person.home_id) if not one.left(now) and not one.agency]


def _staff_ids() -> set[str]:
    return {id_ for id_, _ in _staff()}


def _from_start(name: str) -> dict[str, Any]:
    """What an example of the article fills in; nothing for a blank form."""
    start = STARTS.get(name)
    if start is None:
        return {"review_every_days": str(plan.WEEKLY)}
    said = {field: say(f"plan.starts.{name}.{field}") for field in ("baseline_issue", "corrective_action", "difference_for_people")}
    rows = {f"evidence-{n}": say(f"plan.starts.{name}.evidence.{what}") for n, (what, _) in enumerate(start.evidence)}
    rows |= {f"category-{n}": category for n, (_, category) in enumerate(start.evidence)}
    due = _today() + timedelta(weeks=start.weeks)
    return said | rows | {
        "risk": start.risk, "quality_area": start.area, "measures": list(start.measures), "target": str(start.percent),
        "due_on": due.isoformat(), "tags": list(start.tags), "review_every_days": str(plan.WEEKLY),
    }  # fmt: skip


def _as_form(fields: Mapping[str, Any]) -> dict[str, Any]:
    """An action's values as its form holds them."""
    form = {name: fields[name] for name in fields if isinstance(fields[name], str)}
    numbers = ("baseline_numerator", "baseline_denominator", "review_every_days")
    form |= {name: f"{fields[name]:g}" for name in numbers if isinstance(fields.get(name), (int, float))}
    percent = plan.target_percent(fields)
    form |= {"measures": plan.measures_of(fields), "target": "" if percent is None else f"{percent:g}"}
    form |= {"tags": [str(tag) for tag in fields.get("tags") or ()]}
    for n, each in enumerate(plan.required(fields)):
        form |= {f"evidence-{n}": each.get("what") or "", f"category-{n}": each.get("category") or ""}
    return form


def _action_form(action: plan_view.Action | None, said: Mapping[str, Any], wrong: dict[str, str] | None = None, status: int = 200) -> Response:
    wrong = wrong or {}
    chosen, tags = (said.getlist(name) if hasattr(said, "getlist") else said.get(name) or [] for name in ("measures", "tags"))
    offered = _framework()
    known = len(plan.required(action.fields)) if action else 0
    page = render_template(
        "pages/plan_form.html",
        href=f"/plan/{action.row.id}/change" if action else "/plan/new",
        back=f"/plan/{action.row.id}" if action else "/plan",
        seen=_seen(action, said, wrong) if action else "",
        new=action is None,
        said=said,
        chosen=chosen,
        tags=tags,
        framework=offered,
        other_tags=said.get("other_tags") or ", ".join(tag for tag in tags if tag not in offered.codes()),
        measures=[{"value": name, "text": say(f"measures.names.{name}")} for name in MEASURES],
        staff=[{"value": "", "text": say("plan.choose")}, *({"value": id_, "text": words} for id_, words in _staff())],
        risks=[{"value": name, "text": say(f"plan.risk.{name}")} for name in plan.RISKS],
        areas=[{"value": "", "text": say("plan.choose")}, *({"value": name, "text": say(f"plan.area.{name}")} for name in plan.AREAS)],
        categories=[{"value": "", "text": say("plan.choose")}, *({"value": name, "text": say(f"plan.category.{name}")} for name in plan.CATEGORIES)],
        rows=range(max(plan_form.EVIDENCE_ROWS, known)),
        errors=[{"field": None if field == MOVED else field, "text": text} for field, text in wrong.items()],
        field_errors=wrong,
    )
    return Response(page, status)


def _seen(action: plan_view.Action, said: Mapping[str, Any], wrong: Mapping[str, str]) -> str:
    """The version that the form is about: the one that it was opened on, until the person has been told of a newer one."""
    return plan_view.seen(action) if MOVED in wrong else said.get("seen") or plan_view.seen(action)


def _review_form(action: plan_view.Action, said: Mapping[str, Any], wrong: dict[str, str] | None = None, status: int = 200) -> Response:
    wrong, today = wrong or {}, _today()
    next_on = plan.next_review(action.fields, {"on": today}, action.began)
    with reading() as c:
        names = Names(c, g.person.home_id)
        card = plan_view.card(action, names, today, _duties(c))
        sides = plan_view.sides(c, g.person.home_id, action, today)
        nothing_due_view.on_card(card, _nothing_due(c, action)[1])
        ticked = _named(said) if hasattr(said, "getlist") else []
        changes = [{"value": (id_ := str(each.row.id)), "text": changes_view.choice(each, names), "checked": id_ in ticked} for each in _really_changed(c, action)]
    closed = action.fields.get("status") == "closed"
    decisions = [name for name in _decisions(action) if name not in (plan.CLOSE, plan.LASTED) or may(g.person.roles, "plan.close")]
    page = render_template(
        "pages/plan_review.html",
        action=card,
        seen=_seen(action, said, wrong),
        said=said,
        evidence=plan_view.evidence(action, today, sides),
        strengths=[{"value": "", "text": say("plan.not_held")}, *({"value": name, "text": say(f"plan.strength.{name}")} for name in plan.STRENGTHS)],
        decisions=[{"value": name, "text": say(f"plan.decision.{name}"), "hint": {"text": say(f"plan.decision_hint.{name}")}} for name in decisions],
        changes=changes,
        next_on=next_on.isoformat(),
        check_on="" if closed else (today + timedelta(weeks=CHECK_WEEKS)).isoformat(),
        errors=[{"field": None if field == MOVED else "decision" if field.startswith("block-") else field, "text": text} for field, text in wrong.items()],
        field_errors=wrong,
        blocked=[text for field, text in wrong.items() if field.startswith("block-")],
    )
    return Response(page, status)
