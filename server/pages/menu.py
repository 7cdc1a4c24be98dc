"""The menu of the pages: what each person is offered, and where each begins."""

from __future__ import annotations

from server.pages.session import Guest, Person
from server.people.rights import may

MENU = (
    ("overview", "/overview", "alerts.see"),
    ("my_work", "/my-work", "work.see"),
    ("residents", "/residents", "records.see"),
    ("appointments", "/appointments", "records.see"),
    ("handovers", "/handovers", "records.see"),
    ("missing", "/missing", "records.see"),
    ("to_check", "/to-check", "records.see"),
    ("log", "/log", "log.see"),
    ("duties", "/duties", "duties.see"),
    ("plan", "/plan", "plan.see"),
    ("measures", "/measures", "plan.see"),
    ("audits", "/audits", "audits.see"),
    ("oversight", "/oversight", "oversight.see"),
    ("provider", "/provider", "provider.see"),
    ("pack", "/pack", "pack.make"),
    ("guests", "/guests", "guests.see"),
    ("set_up", "/set-up", "people.see"),
    ("staff", "/staff", "people.see"),
    ("tablets", "/tablets", "devices.see"),
    ("thresholds", "/thresholds", "thresholds.see"),
    ("ladder", "/ladder", "ladder.see"),
    ("reach", "/reach", "alerts.see"),
    ("numbers", "/numbers", "numbers.see"),
    ("set_aside", "/set-aside", "quarantine.see"),
    ("ledger", "/ledger", "ledger.see"),
)
# What a guest is offered (`signed_in(…, guests=True)`).
GUEST_MENU = (("plan", "/plan"), ("questions", "/plan/questions"), ("measures", "/measures"), ("pack", "/pack"))
# Where everybody used to begin: bookmarks and colleagues' links lead there whether or not one may open it.
OVERVIEW = "/overview"


def of(me: Person | None) -> list[dict[str, str]]:
    """The pages that this person may open, in order."""
    if isinstance(me, Guest):
        return [{"name": name, "href": href} for name, href in GUEST_MENU]
    return [{"name": name, "href": href} for name, href, action in MENU if me and may(me.roles, action)]


def first(me: Person | None) -> dict[str, str] | None:
    """The page that this person begins at; None for whoever may open nothing."""
    return next(iter(of(me)), None)


def onward(me: Person | None, wanted: str | None = None) -> str:
    """The address to go on to: the page that was asked for, else the first of the menu. Whoever may open nothing is told so there."""
    if wanted and wanted != OVERVIEW:
        return wanted
    begins = first(me)
    return begins["href"] if begins else OVERVIEW
