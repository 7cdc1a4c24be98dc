"""The ledger's newest row, with a check of the whole."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template

from server.clock import now_ms
from server.db import reading
from server.pages import store as pages_store
from server.pages.words import clock_time, say, when
from server.people.rights import signed_in
from server.records import ledger as ledgers
from server.records import store
from sync.messages import text

blueprint = Blueprint("pages_ledger", __name__, template_folder="templates")

@blueprint.get("/ledger")
@signed_in("ledger.see")
def ledger():
    """The newest row's number and seal, to be witnessed on paper."""
    return _page(None)


@blueprint.post("/ledger/check")
@signed_in("ledger.see")
def check():
    """Read every row and compare it with what it is made of."""
    found, now = ledgers.verify(g.person.home_id), now_ms()
    if found.broken is None:
        said = say("ledger.ok", n=f"{found.rows:,}")
    else:
        said = say("ledger.broken", seq=f"{found.broken:,}", what=text(f"cli.ledger.why.{found.why}"))
    return _page({"whole": found.broken is None, "text": said, "at": clock_time(now, g.person.zone)})


def _page(checked: dict[str, Any] | None):
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    with reading() as c:
        head = store.head(c, home_id)
        received = pages_store.received_ms(c, home_id, head.seq)
        restores = pages_store.restores(c, home_id)
    view = {
        "rows": f"{head.seq:,}",
        "received": when(received, zone, now),
        "ledger": str(head.ledger),
        "seal": f"{head.seq}:{head.hash.hex()}",
    }
    said = [say("ledger.restored", when=when(began, zone, now), seq=f"{seq:,}") for seq, began in restores]
    return render_template("pages/ledger.html", head=view if head.seq else None, checked=checked, restores=said)
