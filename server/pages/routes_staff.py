"""Staff: who they are, a new PIN shown once, and ending somebody's access."""

from __future__ import annotations

import secrets
import uuid

from flask import Blueprint, abort, flash, g, redirect, render_template, request

from server.clock import now_ms
from server.db import reading
from server.pages import restored_view
from server.pages import store as pages_store
from server.pages.words import roles, say, when
from server.people import signin, store
from server.people.rights import may, signed_in
from server.people.signin import PIN_DIGITS

blueprint = Blueprint("pages_staff", __name__, template_folder="templates")

# PINs that somebody would try first. A fresh one is drawn until it is none of these.
RUNS = "01234567890123456789"


@blueprint.get("/staff")
@signed_in("people.see")
def staff():
    """Everybody who works here, and whether each has a PIN."""
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    with reading() as c:
        pins, accounts = pages_store.with_pin(c, home_id), pages_store.with_account(c, home_id)
        everybody = store.staff_list(home_id)
        added_by = pages_store.added_by(c, home_id, everybody)
        restored = restored_view.of_staff(c, home_id, zone, now, everybody)
    people, removed = [], []
    for person in everybody:
        tags = [say("staff.agency")] * person.agency + [say("staff.manager_account")] * (person.id in accounts)
        if person.id in added_by:
            tags.append(say("staff.added_by", name=added_by[person.id]))
        if person.ends_ms is not None and not person.left(now):
            tags.append(say("staff.valid_until", when=when(person.ends_ms, zone, now)))
        line = {
            "id": person.id,
            "name": person.name,
            "roles": "; ".join([roles(person.roles), *tags]),
            "has_pin": person.id in pins,
            "pin": say("staff.pin_set") if person.id in pins else say("staff.pin_not_set"),
            "is_me": person.id == g.person.staff,
        }
        if person.left(now):
            removed.append({**line, "removed": when(person.ends_ms, zone, now) if person.ends_ms else ""})
        else:
            people.append(line)
    return render_template(
        "pages/staff.html", people=people, removed=removed, restored=restored, may_change=may(g.person.roles, "people.change"),
        may_give_accounts=may(g.person.roles, "accounts.change"),
    )


@blueprint.get("/staff/<uuid:person>/pin")
@signed_in("people.change")
def ask_pin(person: uuid.UUID):
    """Say what a new PIN does, and ask."""
    found = _person(person)
    with reading() as c:
        has = found.id in pages_store.with_pin(c, g.person.home_id)
    return _confirm("pin", [say("pin.text" if has else "pin.text_first", name=found.name)])


@blueprint.post("/staff/<uuid:person>/pin")
@signed_in("people.change")
def make_pin(person: uuid.UUID):
    """Draw a PIN, keep only its hash, and show it this once."""
    found, fresh = _person(person), new_pin()
    store.set_pin(g.person.home_id, found.id, fresh, now_ms=now_ms())
    return render_template("pages/new_pin.html", name=found.name, pin=fresh)


@blueprint.get("/staff/<uuid:person>/account")
@signed_in("accounts.change")
def ask_account(person: uuid.UUID):
    """Ask for the address with which somebody signs in to the pages."""
    return render_template("pages/account_for.html", person=_person(person), said="", wrong="")


@blueprint.post("/staff/<uuid:person>/account")
@signed_in("accounts.change")
def make_account(person: uuid.UUID):
    """Give somebody a sign-in with a password that is shown this once; one that was there before ends."""
    found, email = _person(person), request.form.get("email", "").strip()
    wrong = "" if signin.EMAIL.fullmatch(email) else say("account_for.need_email")
    if not wrong and signin.account_of(g.person.home_id, email) not in (None, found.id):
        wrong = say("account_for.taken")
    if wrong:
        return render_template("pages/account_for.html", person=found, said=email, wrong=wrong), 400
    password = signin.fresh_password()
    store.create_account(g.person.home_id, email, password, found.id, now_ms=now_ms())
    return render_template("pages/new_password.html", name=found.name, email=email, password=password)


@blueprint.get("/staff/<uuid:person>/remove")
@signed_in("people.change")
def ask_remove(person: uuid.UUID):
    """Say what ending somebody's access means, and ask."""
    found = _person(person)
    if found.id == g.person.staff:
        flash(say("remove.self"))
        return redirect("/staff", 303)
    return _confirm("remove", [say("remove.text", name=found.name), say("remove.text_2", name=found.name)], warning=True)


@blueprint.post("/staff/<uuid:person>/remove")
@signed_in("people.change")
def remove(person: uuid.UUID):
    """End somebody's access now. What they recorded stays."""
    found = _person(person)
    if found.id == g.person.staff:
        flash(say("remove.self"))
        return redirect("/staff", 303)
    now = now_ms()
    if not found.left(now):
        store.revoke_person(g.person.home_id, found.id, at_ms=now, now_ms=now, by=g.person.staff)
    flash(say("remove.done", name=found.name))
    return redirect("/staff", 303)


def new_pin() -> str:
    """A random PIN that is neither one digit repeated nor a run up or down."""
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(PIN_DIGITS))
        if len(set(pin)) > 2 and pin not in RUNS and pin[::-1] not in RUNS:
            return pin


def _person(id_: uuid.UUID) -> store.Staff:
    with reading() as c:
        found = store.staff_one(c, g.person.home_id, id_)
    if found is None:
        abort(404)
    return found


def _confirm(what: str, lines: list[str], *, warning: bool = False) -> str:
    return render_template(
        "pages/confirm.html", title=say(f"{what}.title"), lines=lines, action=request.path, button=say(f"{what}.button"),
        cancel=say(f"{what}.cancel"), cancel_href="/staff", back_text=say("pin.done"), warning=warning,
    )  # fmt: skip
