"""What was set aside: read whole, accepted as it stands, put away with a reason, or tried again with a key put back."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request

from server.clock import now_ms
from server.db import reading
from server.pages import store as pages_store
from server.pages import to_check_view
from server.pages.names import Names
from server.pages.words import say, when
from server.people.rights import may, signed_in
from server.problems import Problem
from server.records import accepting, putting_away, store
from sync.messages import text

blueprint = Blueprint("pages_aside", __name__, template_folder="templates")

SHOWN_AT_ONCE = 25
LONGEST_REASON = 1_000
#: Where a state was a person's decision: the field of the note that says why, and the sentence that says who.
DECIDED = {"accepted": ("accepted_because", "accept.by"), putting_away.PUT_AWAY: ("put_away_because", "put_away.by")}


@blueprint.get("/set-aside")
@signed_in("quarantine.see")
def set_aside():
    """Entries that were kept whole but not added to the record, with the reasons and every byte of them."""
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    skip = _whole(request.args.get("from"))
    with reading() as c:
        names = Names(c, home_id)
        rows, total = pages_store.set_aside(c, home_id, skip=skip, limit=SHOWN_AT_ONCE)
        items = [_item(c, row, zone, now, names) for row in rows]
    return render_template(
        "pages/set_aside.html",
        items=items,
        total=total,
        first=skip + 1,
        last=skip + len(items),
        older=skip + SHOWN_AT_ONCE if skip + SHOWN_AT_ONCE < total else None,
        newer=max(0, skip - SHOWN_AT_ONCE) if skip else None,
    )


@blueprint.get("/set-aside/<key>/accept")
@signed_in("quarantine.decide")
def ask_accept(key: str):
    """Show the entry, say what accepting it means, and ask for the reason."""
    row = _row(key)
    return _ask("accept", row, refused=accepting.refusal(row, g.person.roles))


@blueprint.post("/set-aside/<key>/accept")
@signed_in("quarantine.decide")
def accept(key: str):
    """Let the entry into the record as it stands, on the word of whoever is signed in."""
    return _decide("accept", _row(key), accepting.accept)


@blueprint.get("/set-aside/<key>/put-away")
@signed_in("quarantine.decide")
def ask_put_away(key: str):
    """Show the entry, say what putting it away means, and ask for the reason."""
    row = _row(key)
    return _ask("put_away", row, refused=None if row.state == "open" else Problem("aside_over"))


@blueprint.post("/set-aside/<key>/put-away")
@signed_in("quarantine.decide")
def put_away(key: str):
    """Nothing more can be done about the entry: on the word of whoever is signed in. It stays here, whole."""
    return _decide("put_away", _row(key), putting_away.put_away)


@blueprint.post("/set-aside/<key>/open")
@signed_in("quarantine.decide")
def open_again(key: str):
    """Try the home's keys on a sealed entry that stayed closed."""
    row = _row(key)
    if not putting_away.is_closed(row):
        raise Problem("aside_over")
    found = putting_away.try_again(g.person.home_id, [row], now_ms=now_ms())
    flash(say(f"open_again.{next(what for what, count in found.items() if count)}"))
    return redirect("/set-aside", 303)


def _decide(what: str, row, act) -> Response:
    """Ask for the reason where it is missing, else do it and go back to the list."""
    me, why = g.person, request.form.get("why", "").strip()
    if not why or len(why) > LONGEST_REASON:
        return _ask(what, row, why, say(f"{what}.need_why" if not why else "accept.long_why"), 400)
    try:
        act(me.home_id, bytes(row.key), by=me.staff, roles=me.roles, why=why, now_ms=now_ms())
    except Problem as refused:
        return _ask(what, row, why, text(f"problems.{refused.code}.detail"), refused.status)
    flash(say(f"{what}.done"))
    return redirect("/set-aside", 303)


def _row(key: str):
    try:
        wanted = bytes.fromhex(key)
    except ValueError:
        abort(404)
    with reading() as c:
        row = pages_store.set_aside_one(c, g.person.home_id, wanted)
    if row is None:
        abort(404)
    return row


def _ask(what: str, row, why: str = "", problem: str | None = None, status: int = 200, refused: Problem | None = None) -> Response:
    """The form that asks for a reason; where nothing can be decided (`refused`), the entry and why not."""
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    with reading() as c:
        item = _item(c, row, zone, now, Names(c, home_id))
    if refused:
        problem, status = text(f"problems.{refused.code}.detail"), refused.status
    page = render_template(
        "pages/accept.html",
        what=what,
        item=item,
        why=why,
        may_go_on=refused is None,
        errors=[{"field": "why" if refused is None else None, "text": problem}] if problem else [],
        field_error=problem if refused is None else None,
    )
    return Response(page, status)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def _item(c, row, zone: str, now: int, names: Names) -> dict[str, Any]:
    body, note = _text(bytes(row.body))
    return {
        "received": when(row.received_ms, zone, now),
        "tablet": names.device(row.device) or say("set_aside.unknown_tablet"),
        "state": say(f"set_aside.state.{row.state}"),
        "reasons": [
            sentence for sentences in orjson.loads(row.errors).values() for sentence in sentences
        ],
        "body": body,
        "note": note,
        "digest": bytes(row.digest).hex() if row.digest else "",
        "decided": _decided(c, row, names),
        "repaired": _repaired(c, row, names),
        "old": row.state == "open" and to_check_view.old(row.received_ms, zone, now),
        **_doors(row),
    }


def _doors(row) -> dict[str, str]:
    """What whoever is signed in may do about it: the addresses of `accept`, `put_away` and `open`."""
    if not may(g.person.roles, "quarantine.decide"):
        return {}
    here = f"/set-aside/{bytes(row.key).hex()}"
    doors = {"accept": f"{here}/accept"} if accepting.refusal(row, g.person.roles) is None else {}
    if row.state == "open":
        doors["put_away"] = f"{here}/put-away"
    if putting_away.is_closed(row):
        doors["open"] = f"{here}/open"
    return doors


def _decided(c, row, names: Names) -> str:
    """Who accepted it or put it away, and why; "" where it was not a person who did."""
    field, key = DECIDED.get(row.state, (None, ""))
    said = pages_store.submission(c, g.person.home_id, row.state_by) if field and row.state_by not in (None, row.id) else None
    why = said["fields"].get(field) if said else None
    return say(key, name=names.author(said), why=why) if why else ""


def _repaired(c, row, names: Names) -> dict[str, str] | None:
    """Who put it right, and the page of the person whose entry did; None where it was not put right."""
    found = pages_store.ledger_row(c, g.person.home_id, row.state_by) if row.state == "repaired" else None
    if found is None or found.submission is None:
        return None
    entry = store.record(c, g.person.home_id, found.record)
    about = entry.subject if entry else None
    known = about in names.residents()
    said = say("set_aside.repaired_by", name=names.author(orjson.loads(found.submission)))
    return {"text": said, "href": f"/residents/{about}" if known and may(g.person.roles, "records.see") else ""}


def _text(raw: bytes) -> tuple[str, str | None]:
    """The whole of what came, readable: JSON laid out, else text, else hexadecimal."""
    try:
        return orjson.dumps(orjson.loads(raw), option=orjson.OPT_INDENT_2).decode(), None
    except ValueError:
        pass
    try:
        text = raw.decode()
        if "\x00" not in text:
            return text, None
    except UnicodeDecodeError:
        pass
    return raw.hex(" "), say("set_aside.bytes", n=f"{len(raw):,}")
