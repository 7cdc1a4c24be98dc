"""What was set aside, and the ledger's newest row with a check of the whole."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request

from server.clock import now_ms
from server.db import reading
from server.pages import store as pages_store
from server.pages import to_check_view
from server.pages.names import Names
from server.pages.words import clock_time, say, when
from server.people.rights import may, signed_in
from server.problems import Problem
from server.records import ledger as ledgers
from server.records import accepting, store
from sync.messages import text

blueprint = Blueprint("pages_ledger", __name__, template_folder="templates")

SHOWN_AT_ONCE = 25
LONGEST_REASON = 1_000


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
    return _ask(_row(key))


@blueprint.post("/set-aside/<key>/accept")
@signed_in("quarantine.decide")
def accept(key: str):
    """Let the entry into the record as it stands, on the word of whoever is signed in."""
    row, me, why = _row(key), g.person, request.form.get("why", "").strip()
    if not why or len(why) > LONGEST_REASON:
        return _ask(row, why, say("accept.need_why" if not why else "accept.long_why"), 400)
    try:
        accepting.accept(me.home_id, bytes(row.key), by=me.staff, roles=me.roles, why=why, now_ms=now_ms())
    except Problem as refused:
        return _ask(row, why, text(f"problems.{refused.code}.detail"), refused.status)
    flash(say("accept.done"))
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


def _ask(row, why: str = "", problem: str | None = None, status: int = 200) -> Response:
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    refused = accepting.refusal(row, g.person.roles)
    with reading() as c:
        item = _item(c, row, zone, now, Names(c, home_id))
    if refused and not problem:
        problem, status = text(f"problems.{refused.code}.detail"), refused.status
    page = render_template(
        "pages/accept.html",
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
        "accepted": _accepted(c, row, names),
        "repaired": _repaired(c, row, names),
        "old": row.state == "open" and to_check_view.old(row.received_ms, zone, now),
        "accept": f"/set-aside/{bytes(row.key).hex()}/accept" if _may_accept(row) else None,
    }


def _may_accept(row) -> bool:
    return may(g.person.roles, "quarantine.decide") and accepting.refusal(row, g.person.roles) is None


def _accepted(c, row, names: Names) -> str:
    """Who accepted it and why; "" where it was not a person who did."""
    if row.state != "accepted" or row.state_by in (None, row.id):
        return ""
    said = pages_store.submission(c, g.person.home_id, row.state_by)
    if said is None:
        return ""
    return say("accept.by", name=names.author(said), why=said["fields"].get("accepted_because", ""))


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
