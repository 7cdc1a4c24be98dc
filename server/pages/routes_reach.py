"""Whether alerts reach somebody: who would be woken now, the addresses beside phones, and the telephone tree on paper."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, g, redirect, render_template, request

from server.alerts import contacts, deliver, outbox, tested, watch
from server.clock import now_ms
from server.db import reading, writing
from server.pages import reach_view
from server.pages.words import code, say, when
from server.people import store as people
from server.people.rights import may, signed_in

blueprint = Blueprint("pages_reach", __name__, template_folder="templates")

# How often the page looks again by itself, without a script.
AGAIN_S = 30


@blueprint.get("/reach")
@signed_in("alerts.see")
def reach():
    """Each rung of the ladder now, with whoever it would find. Looks again by itself unless `?still=1`."""
    home, now = people.home(g.person.home_id), now_ms()
    with reading() as c:
        found = reach_view.ladders(c, home, now)
        others = len(contacts.of(c, home.id, contacts.TOLD))
        waiting, asleep = watch.push_is_down(c, home.id, now), reach_view.quiet_hours(c, home, now)
    still = request.args.get("still") == "1"
    page = render_template(
        "pages/reach.html", ladders=found, others=others, still=still, push_down=waiting, quiet=asleep, as_at=when(now, home.zone, now),
        bad=any(rung["bad"] for ladder in found for rung in ladder["rungs"]), may_change=may(g.person.roles, "contacts.change"),
    )  # fmt: skip
    return Response(page, headers={} if still else {"Refresh": str(AGAIN_S)})


@blueprint.get("/phone-tree")
@signed_in("numbers.see")
def phone_tree():
    """On paper: whom to telephone, in the order of the ladder, when alerts cannot be sent."""
    home, now = people.home(g.person.home_id), now_ms()
    with reading() as c:
        steps = reach_view.phone_tree(c, home, now)
    printed = say("safety.printed", when=when(now, home.zone), name=g.person.name)
    return render_template("pages/phone_tree.html", steps=steps, printed=printed)


@blueprint.get("/reach/contacts")
@signed_in("contacts.change")
def contacts_page():
    """The mailboxes and channels that are told beside phones, each with a button that tries it."""
    return _contacts()


@blueprint.post("/reach/contacts")
@signed_in("contacts.change")
def add_contact():
    """Keep an address, on the word of whoever is signed in."""
    me = g.person
    said = {name: request.form.get(name, "").strip() for name in ("channel", "target", "role")}
    allow = current_app.extensions["tidemark"].push_allow_loopback
    try:
        writing(lambda c: contacts.add(c, me.home_id, **said, by=me.staff, allow_loopback=allow, now_ms=now_ms()))
    except contacts.NotUsable as refused:
        field = refused.why if refused.why in ("channel", "role") else "target"
        return _contacts(said, [{"field": field, "text": say(f"reach.refusals.{refused.why}", n=contacts.MOST)}], 400)
    flash(say("reach.kept"))
    return redirect("/reach/contacts", 303)


@blueprint.post("/reach/contacts/<uuid:contact>/try")
@signed_in("contacts.change")
def try_contact(contact: uuid.UUID):
    """Send a test there; the page then says what became of it."""
    home_id, now = g.person.home_id, now_ms()

    def work(c) -> bool:
        to = contacts.one(c, home_id, contact)
        if to is None or to.channel not in contacts.TOLD:
            return False
        outbox.put(c, home_id, [{
            "alert": None, "opening": 0, "step": uuid.uuid4().hex, "what": "test", "level": 0, "device": to.id, "channel": to.channel,
            "staff": g.person.staff, "role": to.role, "values": {"words": "test"}, "expires_ms": now + tested.LIFE_MS,
        }], now)  # fmt: skip
        return True

    if not writing(work):
        abort(404)
    flash(say("reach.trying"))
    return redirect("/reach/contacts", 303)


@blueprint.post("/reach/contacts/<uuid:contact>/remove")
@signed_in("contacts.change")
def remove_contact(contact: uuid.UUID):
    """Send nothing there any more."""
    me = g.person
    if not writing(lambda c: contacts.remove(c, me.home_id, contact, by=me.staff, now_ms=now_ms())):
        abort(404)
    flash(say("reach.removed"))
    return redirect("/reach/contacts", 303)


def _contacts(said: dict[str, str] | None = None, problems: list[dict[str, str]] | None = None, status: int = 200) -> Response:
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    with reading() as c:
        known = contacts.of(c, home_id)
        tests = {one.id: outbox.newest_test(c, home_id, one.id) for one in known}
    rows = [
        {
            "id": one.id,
            "where": contacts.shown(one.channel, one.target),
            "channel": say(f"reach.channels.{one.channel}"),
            "role": _role(one.role),
            "state": _state(one, tests[one.id], zone, now),
            "may_try": one.channel in contacts.TOLD,
        }
        for one in known
    ]
    page = render_template(
        "pages/contacts.html", rows=rows, said=said or {}, errors=problems or [], no_mail=deliver.sender().mail_server is None,
        channels=[{"value": each, "text": say(f"reach.channels.{each}")} for each in contacts.CHANNELS],
        roles=[{"value": each, "text": _role(each)} for each in contacts.ROLES],
    )  # fmt: skip
    return Response(page, status)


def _role(role: str) -> str:
    return say("reach.any_role") if role == contacts.ANY else code("roles", role)


def _state(one: Any, test: Any, zone: str, now: int) -> str:
    """What is known of an address, the newest first: a test on its way, the last failure, the last success."""
    if test is not None and test.state in ("pending", "sending"):
        return say("reach.test_waiting")
    failed, taken = one.failed_ms or 0, one.accepted_ms or 0
    if failed > taken:
        return say("reach.last_failed", when=when(failed, zone, now))
    return say("reach.last_taken", when=when(taken, zone, now)) if taken else say("reach.never_tried")
