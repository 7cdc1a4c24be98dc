"""Who may do what: one table, role by action. Routes name the action; what no route declares, nobody may call.

Care kinds need no right here: any signed-on member of staff may record. What a kind demands of its author's role is
said by the kind (`sync/kinds/`), because tablet and server must agree on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps

from flask import Flask, current_app, g, request

from server.problems import Problem
from sync import roles
from sync.audits import AUDITORS

ANYONE = frozenset(roles.ROLES)
FLOOR_LEADERS = roles.DECIDERS
OFFICE = roles.MANAGERS | roles.LEADS

RIGHTS: dict[str, frozenset[str]] = {
    "home.see": ANYONE,  # names, units, tablets that are silent
    "records.see": FLOOR_LEADERS | OFFICE,  # residents' entries and their history, on a page
    "letters.see": FLOOR_LEADERS | OFFICE,  # a photographed letter itself, on a page
    "entries.decide": FLOOR_LEADERS,  # between two versions, and whether two entries are one drink
    "alerts.see": FLOOR_LEADERS | OFFICE,
    "alerts.act": FLOOR_LEADERS,
    "log.see": FLOOR_LEADERS | OFFICE,  # the daily management log
    "log.write": FLOOR_LEADERS | OFFICE,
    "log.sign": roles.MANAGERS,
    "people.see": FLOOR_LEADERS | OFFICE,
    "people.add_agency": FLOOR_LEADERS,
    "set_up.change": roles.PLANNERS,  # residents, their plans, the home's cups
    "plans.confirm": roles.PLANNERS,  # a change of a hydration plan that waits for a second person; never one's own
    "rota.see": FLOOR_LEADERS | OFFICE,  # who is planned for which shift
    "rota.change": roles.PLANNERS_OF_ROTA,
    "systems.see": FLOOR_LEADERS | OFFICE,  # which system is the home's record of what
    "systems.change": roles.AND_ABOVE,
    "dependency.change": roles.PLANNERS_OF_ROTA,
    "people.change": roles.AND_ABOVE,  # staff, PINs, ending access
    "devices.see": FLOOR_LEADERS | OFFICE,
    "devices.enrol": roles.MANAGERS,
    "devices.revoke": roles.MANAGERS,
    "devices.rescue": roles.MANAGERS,  # bring in what a tablet that can no longer send still held
    "accounts.change": roles.AND_ABOVE,
    "numbers.see": FLOOR_LEADERS | OFFICE,  # whom tablets say to call in an emergency
    "numbers.change": roles.AND_ABOVE,
    "contacts.change": roles.AND_ABOVE,  # who is told by e-mail or another channel; holds secrets
    "quarantine.see": FLOOR_LEADERS | OFFICE,
    "quarantine.decide": roles.MANAGERS,
    "thresholds.see": FLOOR_LEADERS | OFFICE,
    "thresholds.propose": roles.GOVERNORS,
    "thresholds.approve": roles.AND_ABOVE,  # never one's own proposal
    "ladder.see": FLOOR_LEADERS | OFFICE,  # who is called, in which order
    "ladder.propose": roles.AND_ABOVE,
    "ladder.approve": roles.AND_ABOVE,  # never one's own proposal
    "duties.see": FLOOR_LEADERS | OFFICE,  # who owes what, and what was missed
    "duties.change": roles.MANAGERS,  # why one was missed
    "plan.see": FLOOR_LEADERS | OFFICE,  # the improvement plan and its measures
    "plan.change": roles.GOVERNORS,  # add an action, change it, review it
    "plan.close": roles.AND_ABOVE,  # never one's own work
    "audits.see": OFFICE,  # weekly audits, the entries in their samples, and scores over time
    "audits.make": AUDITORS,  # draw a sample and answer it; each audit its own lead, or who stands in (sync/audits)
    "practice.see": FLOOR_LEADERS | OFFICE,  # standards, observations of practice, what staff say
    "practice.change": roles.GOVERNORS,
    "feedback.see": OFFICE,  # what people, families and staff told us, by theme, and the summary of it
    "complaints.see": OFFICE,  # complaints and incidents
    "complaints.change": OFFICE,
    "minutes.see": OFFICE,
    "minutes.write": roles.PROVIDER,
    "minutes.answer": roles.GOVERNORS,  # what was done about a challenge
    "oversight.see": OFFICE,  # the monthly report
    "oversight.sign": roles.PROVIDER,  # nobody assures their own house
    "provider.see": roles.PROVIDER,  # every home that the account is of
    "work.see": ANYONE,  # what is due from oneself
    "guests.see": roles.AND_ABOVE,  # who was let in to read the evidence, and what they opened
    "guests.make": frozenset({roles.REGISTERED_MANAGER}),
    "guests.end": roles.AND_ABOVE,
    "pack.make": roles.AND_ABOVE,  # take the evidence out of the home
    "ledger.see": roles.MANAGERS,
    "ledger.export": roles.AND_ABOVE,
}


def may(held: Iterable[str], action: str) -> bool:
    """Whether any of the roles held allows the action. An action that the table does not name is nobody's."""
    return not RIGHTS.get(action, frozenset()).isdisjoint(held)


def public(view: Callable) -> Callable:
    """Declare that anyone may call this view: it must tell nothing about a home."""
    view.access = "public"
    return view


def device_required(view: Callable) -> Callable:
    """Only an enrolled device's token passes; the view reads `g.home` and `g.device`."""

    @wraps(view)
    def guarded(*args, **kwargs):
        current_app.extensions["tidemark_device"](request.headers.get("Authorization"))
        return view(*args, **kwargs)

    guarded.access = "device"
    return guarded


def token_required(view: Callable) -> Callable:
    """The same for a view that asks for the device's row itself, with what else it reads: it reads `g.home` and
    `g.device_id`, and lets nobody in before `devices.look_up` or `devices.admit` did."""

    @wraps(view)
    def guarded(*args, **kwargs):
        current_app.extensions["tidemark_token"](request.headers.get("Authorization"))
        return view(*args, **kwargs)

    guarded.access = "device"
    return guarded


def signed_in(action: str, *, guests: bool = False) -> Callable[[Callable], Callable]:
    """Only a person signed in on a page whose roles allow the action; the view reads `g.person`.

    The pages feature puts `g.person` (with `home_id`, `staff`, `roles`) in place before any view runs. With `guests`, so may whoever
    holds a guest link (`guests.py`): the pages feature writes down what was asked for, and makes the guest `g.person`.
    """
    if action not in RIGHTS:
        raise KeyError(action)

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def guarded(*args, **kwargs):
            if g.get("guest") is not None:
                current_app.extensions["tidemark_guest"](allowed=guests)
                return view(*args, **kwargs)
            person = g.get("person")
            if person is None:
                raise Problem("unknown") if request.path.startswith("/api/") else SignInNeeded()
            if not may(person.roles, action):
                raise Problem("forbidden")
            return view(*args, **kwargs)

        guarded.access = f"signed_in:{action}"
        guarded.guests = guests
        return guarded

    return decorate


class SignInNeeded(Exception):
    """A page was asked for by nobody in particular: the pages feature answers with the sign-in page."""


def register(app: Flask) -> None:
    """Refuse every view that has not said who may call it."""

    @app.before_request
    def _nobody_by_default():
        view = app.view_functions.get(request.endpoint or "")
        if view is not None and getattr(view, "access", None) is None:
            raise Problem("forbidden")
