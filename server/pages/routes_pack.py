"""The evidence pack: asked for by days, read on the page, and taken away as HTML, tagged PDF, CSV and a workbook from one source."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, g, render_template, request

from server import gathering
from server.clock import now_ms
from server.db import reading
from server.improvement import pack as packs
from server.pages import pack_files, pack_pdf, pack_tables
from server.pages.initials import Initials
from server.pages.names import Names
from server.pages.pack_view import Document, Maker
from server.pages.words import at, say
from server.people import store as people_store
from server.people.rights import signed_in
from sync import days
from sync.rules.plan import read_day

blueprint = Blueprint("pages_pack", __name__, template_folder="templates")

TYPES = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "csv": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


@blueprint.get("/pack")
@signed_in("pack.make", guests=True)
def ask():
    """Which days, and whether people stand in it by name."""
    first, last = packs.usual(_today())
    return _form({"from": first.isoformat(), "to": last.isoformat()})


@blueprint.get("/pack/view")
@signed_in("pack.make", guests=True)
def view():
    """The pack as a page, with each format to take away."""
    asked, wrong = _asked()
    if wrong:
        return _form(request.args, wrong, 400)
    document = _document(*asked)
    query = {"from": asked[0].isoformat(), "to": asked[1].isoformat(), "names": "initials" if document.maker.initials else "full"}
    return render_template("pages/pack.html", pack=document.view(), query=query, formats=[{"form": form, "words": say(f"pack.formats.{form}")} for form in TYPES])


@blueprint.get("/pack/file/<form>")
@signed_in("pack.make", guests=True)
def take(form: str):
    """The pack as a file: `html`, `pdf`, `csv` (a zip of tables with their sums), `xlsx`, or `zip` (all of these)."""
    if form not in TYPES:
        abort(404)
    asked, wrong = _asked()
    if wrong:
        return _form(request.args, wrong, 400)
    document = _document(*asked)
    content = _file(document, form)
    if content is None:
        return Response(render_template("pages/pack_no_pdf.html"), 503)
    answer = Response(content, content_type=TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{document.name()}.{"csv.zip" if form == "csv" else form}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _file(document: Document, form: str) -> bytes | None:
    if form == "html":
        return document.html().encode()
    if form == "pdf":
        return pack_pdf.pdf(document.html())
    if form == "xlsx":
        return pack_files.workbook(document.cover(), document.tables)
    csv = {**document.csv.files, pack_files.SUMS: document.csv.sums}
    if form == "csv":
        return pack_files.archive(csv)
    html, name = document.html(), document.name()
    pdf = pack_pdf.pdf(html)
    made = {f"{name}.html": html.encode(), f"{name}.xlsx": _file(document, "xlsx"), **({f"{name}.pdf": pdf} if pdf else {})}
    return pack_files.archive({**made, **{f"csv/{file}": content for file, content in csv.items()}})


def _document(first: date, last: date, initials: bool) -> Document:
    me, now = g.person, now_ms()
    with gathering.many(), reading() as c:
        names = (Initials if initials else Names)(c, me.home_id)
        pack = packs.gather(c, people_store.home(me.home_id), first, last, now)
        tables = pack_tables.tables(pack, names)
    return Document(pack, tables, Maker(", ".join(filter(None, (me.name, me.role))), initials))


def _asked() -> tuple[tuple[date, date, bool], dict[str, str]]:
    """The days and the way of naming that were asked for, or what is wrong with them."""
    first, last = read_day(request.args.get("from")), read_day(request.args.get("to"))
    wrong = {name: say("pack.need.day") for name, day in (("from", first), ("to", last)) if day is None}
    if first and last:
        if last > _today():
            wrong["to"] = say("pack.need.past")
        elif first > last:
            wrong["from"] = say("pack.need.order")
        elif (last - first).days >= packs.MOST_DAYS:
            wrong["from"] = say("pack.need.shorter", n=packs.MOST_DAYS)
    initials = g.person.initials or request.args.get("names") != "full"
    return (first or date.min, last or date.min, initials), wrong


def _today() -> date:
    return days.care_day(at(now_ms(), g.person.zone), g.person.zone)


def _form(said: Any, wrong: dict[str, str] | None = None, status: int = 200) -> Response:
    wrong = wrong or {}
    page = render_template(
        "pages/pack_ask.html", said=said, field_errors=wrong, errors=[{"field": field, "text": text} for field, text in wrong.items()],
        only_initials=g.person.initials,
    )  # fmt: skip
    return Response(page, status)
