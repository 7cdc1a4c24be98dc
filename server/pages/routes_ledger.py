"""What was set aside, and the ledger's newest row with a check of the whole."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, g, render_template, request

from server.clock import now_ms
from server.db import reading
from server.pages import store as pages_store
from server.pages.names import Names
from server.pages.words import clock_time, say, when
from server.people.rights import signed_in
from server.records import ledger as ledgers
from server.records import store
from sync.messages import text

blueprint = Blueprint("pages_ledger", __name__, template_folder="templates")

SHOWN_AT_ONCE = 25


@blueprint.get("/set-aside")
@signed_in("quarantine.see")
def set_aside():
    """Entries that were kept whole but not added to the record, with the reasons and every byte of them."""
    home_id, zone, now = g.person.home_id, g.person.zone, now_ms()
    skip = _whole(request.args.get("from"))
    with reading() as c:
        names = Names(c, home_id)
        rows, total = pages_store.set_aside(c, home_id, skip=skip, limit=SHOWN_AT_ONCE)
        items = [_item(row, zone, now, names) for row in rows]
    return render_template(
        "pages/set_aside.html",
        items=items,
        total=total,
        first=skip + 1,
        last=skip + len(items),
        older=skip + SHOWN_AT_ONCE if skip + SHOWN_AT_ONCE < total else None,
        newer=max(0, skip - SHOWN_AT_ONCE) if skip else None,
    )


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def _item(row, zone: str, now: int, names: Names) -> dict[str, Any]:
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
    }


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
    view = {
        "rows": f"{head.seq:,}",
        "received": when(received, zone, now),
        "ledger": str(head.ledger),
        "seal": f"{head.seq}:{head.hash.hex()}",
    }
    return render_template("pages/ledger.html", head=view if head.seq else None, checked=checked)
