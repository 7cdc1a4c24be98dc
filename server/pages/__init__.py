"""The pages for managers: server-rendered, working without JavaScript, printable.

`register(app)` wires them in; each view names the action of the rights table that lets a person call it.
"""

from __future__ import annotations

from flask import Flask, Response, g, request
from flask_wtf import CSRFProtect
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader

from server.alerts import watch
from server.clock import now_ms
from server.db import reading
from server.pages import (
    assets,
    menu,
    problems,
    routes_alerts,
    routes_aside,
    routes_audits,
    routes_check,
    routes_duties,
    routes_fatigue,
    routes_feedback,
    routes_filed,
    routes_front,
    routes_guests,
    routes_handovers,
    routes_ladder,
    routes_ledger,
    routes_log,
    routes_measures,
    routes_missing,
    routes_numbers,
    routes_oversight,
    routes_pack,
    routes_photos,
    routes_plan,
    routes_plan_waits,
    routes_provider,
    routes_reach,
    routes_residents,
    routes_rota,
    routes_safety,
    routes_set_up,
    routes_show_me,
    routes_staff,
    routes_systems,
    routes_tablets,
    routes_thresholds,
    routes_visits,
    routes_work,
    session,
)
from server.pages.words import say
from server.people import store as people_store
from server.people.rights import may
from server.records import rescue
from server.records import store as records_store
from sync.kinds.alert import UNHANDLED

# Pages that stand under another entry of the menu.
PART_OF = {
    "alerts": "overview", "safety_list": "residents", "phone_tree": "reach", "standards": "oversight", "observations": "oversight",
    "staff_accounts": "oversight", "complaints": "oversight", "incidents": "oversight", "minutes": "oversight", "feedback": "oversight",
}  # fmt: skip
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
# The largest form is a rescue file; beyond that nothing is read.
FORM_BYTES = rescue.MOST_BYTES + 1_000_000


def register(app: Flask) -> None:
    """Add the pages to the application."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # asked below, for every page and for no API call
        WTF_CSRF_TIME_LIMIT=session.IDLE_LIMIT_MS // 1000,
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, and ours is never sent; the cookie is SameSite=Lax
    )
    app.jinja_loader = ChoiceLoader([app.jinja_loader, PackageLoader("nhsuk_frontend_jinja")])
    app.jinja_env.undefined = ChainableUndefined  # the nhsuk macros count on it
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True  # as in the templates that theirs were made from
    app.jinja_env.autoescape = True  # theirs end in .jinja, which Flask would not escape by itself
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.globals["say"] = say
    session.register(app)
    csrf = CSRFProtect(app)

    @app.before_request
    def _forms_are_ours():
        if request.method not in SAFE and not request.path.startswith("/api/"):
            request.max_content_length = FORM_BYTES
            csrf.protect()

    problems.register(app)
    for routes in (
        routes_front, routes_alerts, routes_fatigue, routes_missing, routes_residents, routes_visits, routes_handovers, routes_check, routes_log,
        routes_duties, routes_staff, routes_tablets, routes_thresholds, routes_ladder, routes_numbers, routes_reach, routes_safety, routes_aside,
        routes_ledger, routes_plan, routes_measures, routes_audits, routes_filed, routes_feedback, routes_oversight, routes_provider, routes_work, routes_pack,
        routes_guests, routes_show_me, routes_set_up, routes_plan_waits, routes_photos, routes_rota, routes_systems,
    ):  # fmt: skip
        app.register_blueprint(routes.blueprint)
    app.context_processor(_what_every_page_shows)
    app.after_request(_never_kept)


def _what_every_page_shows() -> dict:
    me = g.get("person")
    part = request.path.split("/")[1].replace("-", "_")
    return {
        "me": me,
        "other_homes": _other_homes(me),
        "here": PART_OF.get(part, part),
        "menu": menu.of(me),
        "start": menu.first(me),
        "demo": me.made_by == "demo" if me else False,
        "can": lambda action: bool(me) and may(me.roles, action),
        "unhandled": _unhandled(me),
        "alerts_late": _alerts_late(me),
        "stylesheet": assets.address("pages.css"),
        "icon": assets.address("icon.svg", "icons/icon.svg"),
    }


def _unhandled(me: session.Person | None) -> list:
    """Alerts that nobody answered: a red banner on every page of whoever may see them, but for the page that answers it."""
    if me is None or request.method not in SAFE or not may(me.roles, "alerts.see"):
        return []
    with reading() as c:
        rows = records_store.records(c, me.home_id, "alert", open_only=True)
    return [row.id for row in rows if row.fields.get("status") == UNHANDLED and not row.struck and request.path != f"/alerts/{row.id}"]


def _alerts_late(me: session.Person | None) -> str | None:
    """Said on every page that somebody has open (alerts.md, 1 and 6.11): an alert that climbs late, or calls no phone, looks
    like no alert."""
    if me is None or isinstance(me, session.Guest):
        return None
    with reading() as c:
        if watch.may_be_late(c, now_ms()):
            return "late_banner"
        return "push_down" if watch.push_is_down(c, me.home_id, now_ms()) else None


def _other_homes(me: session.Person | None) -> list[dict]:
    """Homes that the same password opened, beside the one on screen."""
    if me is None or len(me.doors) < 2:
        return []
    here = (me.home_id, me.staff)
    return [{"at": at, "name": people_store.home(door[0]).name} for at, door in enumerate(me.doors) if door != here]


def _never_kept(answer: Response) -> Response:
    """No page with people in it stays in a browser's cache."""
    if answer.mimetype == "text/html" and "Cache-Control" not in answer.headers:
        answer.headers["Cache-Control"] = "no-store"
    return answer

