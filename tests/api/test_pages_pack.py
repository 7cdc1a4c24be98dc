"""The evidence pack: one source, several formats, and every number in it counted again from its own CSV files."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import re
import zipfile
import zlib
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path

import pytest

from server import clock, pages
from server.pages import chart_view
from server.pages.words import say
from sync.measures import MEASURES, MONITORING
from sync.rules import xmr
from sync.thresholds import THRESHOLDS
from tests.api.test_measures import DAY, figure, keep, ms, stated
from tests.api.test_pages_plan import TODAY, one_database, start
from tests.api.test_pages_records import state
from tests.harness.apps import rfc3339

PAGES = Path(pages.__file__).parent
SPAN = f"from={(DAY - timedelta(days=1)).isoformat()}&to={TODAY.isoformat()}"
ANSWERS = [
    {"question": "checks_filled", "source": "charts", "answer": "no", "looked_at": 5, "misses": ["1", "2"], "words": "Two nights are empty"},
    {"question": "saved_at_bedside", "source": "charts", "answer": "yes", "looked_at": 5, "misses": []},
]


@pytest.fixture
def home(house):
    """A home of two people and two days, with drinks on time, late, corrected and struck out, and words that look like formulas."""
    made = house.home()
    made.sql(f"UPDATE home SET started_on = '{(DAY - timedelta(days=1)).isoformat()}'")
    for name, room in (("Edith Vane", "3"), ("Elsie Voss", "4")):
        person = stated(made, "resident", {"preferred_name": name, "unit": "=Willow", "room": room}, -30)
        stated(made, "hydration_plan", {"resident": str(person), "monitoring": True, "monitored_from": "2026-01-01"}, -30)
        tablet, ama = made.tablet(f"Willow {room}"), made.staff("Ama Mensah")
        tablet.unlock(ama)
        on_time = [tablet.drink(person, 200, occurred_at=rfc3339(ms(at)), recorded_at=rfc3339(ms(at))) for at in (2, 4, 6)]
        late = tablet.drink(person, 150, occurred_at=rfc3339(ms(8)))
        tablet.sync([*on_time, late])
        fixed = {"drunk_ml": 120, "correction_reason": "=It was less"}
        gone = {"struck_out": True, "correction_reason": "Wrong person"}
        tablet.sync([
            tablet.statement("hydration_check", fixed, record=on_time[0]["id"], parents=[on_time[0]["id"]]),
            tablet.statement("hydration_check", gone, record=on_time[1]["id"], parents=[on_time[1]["id"]]),
        ])  # fmt: skip
    keep(made, clock.now_ms())
    return made


def taken(visitor, form: str, names: str = "initials"):
    answer = visitor.client.get(f"/pack/file/{form}?{SPAN}&names={names}")
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    return answer


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sheets(files: dict[str, bytes]) -> dict[str, list[dict[str, str]]]:
    """The rows of each CSV file, by the file's name."""
    return {name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(content.decode(), newline=""))) for name, content in files.items() if name.endswith(".csv")}


def shown(document: str) -> dict[str, list[list[str]]]:
    """The cells of each table in the document, by the table's name."""
    found: dict[str, list[list[str]]] = {}
    for name, body in re.findall(r'(?s)<(?:table|dl)[^>]*data-table="(\w+)">(.*?)</(?:table|dl)>', document):
        rows = re.findall(r'(?s)<tr[^>]*>(?=<td|<th scope="row")(.*?)</tr>', body) or [body]
        found.setdefault(name, []).extend([html.unescape(re.sub(r"<[^>]+>|–(?=$)", "", cell)) for cell in re.findall(r"(?s)<(?:td|dd|th)[^>]*>(.*?)</(?:td|dd|th)>", row)] for row in rows)
    return found


def inflated(stream: bytes) -> bytes:
    """What a stream of a PDF holds."""
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def bare(cell: str) -> str:
    """A CSV cell as the document shows it."""
    return cell[1:] if cell.startswith("'") else cell


def number(cell: str) -> int:
    return int(cell or 0)


def share(numerator: int, denominator: int) -> str:
    return str(int(100 * numerator / denominator)) if denominator else ""


def counted_again(said: dict[str, list[dict[str, str]]]) -> list[str]:
    """What in the tables that add up differs from the tables that they are added up from; nothing where all agree."""
    wrong: list[str] = []

    def same(what: str, told: object, counted: object) -> None:
        if told != counted:
            wrong.append(f"{what}: told {told}, counted {counted}")

    days, misses = defaultdict(list), defaultdict(list)
    for row in said["measure_days"]:
        days[row["measure"]].append(row)
    for row in said["misses"]:
        misses[row["measure"], row["day"]].append(row)
    for measure, listed in days.items():
        for row in listed:
            here = misses[measure, row["day"]]
            same(f"{measure} {row['day']}", number(row["numerator"]), number(row["denominator"]) - len(here))
            same(f"{measure} {row['day']} late", number(row["in_the_end"]), number(row["numerator"]) + sum(number(each["in_the_end"]) for each in here))
            same(f"{measure} {row['day']} who", bool(row["who"]), bool(here))
            left = sum(number(each["n"]) for each in said["left_out"] if (each["measure"], each["day"]) == (measure, row["day"]))
            same(f"{measure} {row['day']} left out", number(row["left_out"]), left)

    def whole(rows: list[dict[str, str]], column: str) -> int:
        return sum(number(row[column]) for row in rows)

    for row in said["measures"]:
        of = days[row["measure"]]
        met, due, late = (whole(of, column) for column in ("numerator", "denominator", "in_the_end"))
        changed = sum(bool(each["first_denominator"]) for each in of)
        counted = (str(len(of)), str(met), str(due), share(met, due), str(late), share(late, due), str(due - met), str(whole(of, "left_out")), str(changed))
        same(row["measure"], tuple(row.values())[1:], counted)
    for row in said["action_figures"]:
        of = days[row["measure"]][-THRESHOLDS["plan.judged_days"].default :]
        met, due = whole(of, "numerator"), whole(of, "denominator")
        counted = (of[0]["day"], of[-1]["day"], str(met), str(due), share(met, due))
        same(f"{row['action']} {row['measure']}", tuple(row[name] for name in ("first", "last", "numerator", "denominator", "percent")), counted)
        chart = xmr.chart(points(said, row["measure"], row["charted_from"]), target=float(row["target_percent"]))
        says = f"measures.variation.{chart.variation}" if chart and chart.variation else "measures.not_enough"
        same(f"{row['action']} chart", row["says"], say(says))
    people: dict[str, Counter] = defaultdict(Counter)
    for row in said["entries"]:
        for who in (row["person"], "All"):
            drunk = {"entries": 1, "drunk_ml": 0 if number(row["struck"]) else number(row["drunk_ml"])}
            people[who].update({**{name: number(row[name]) for name in ("struck", "changed", "late")}, **drunk})
    for row in said["people"]:
        same(row["person"], {name: number(row[name]) for name in people[row["person"]]}, dict(people[row["person"]]))
    same("people", len(said["people"]), len(people))
    for row in said["by_hour"]:
        of = [each for each in said["hour_entries"] if each["hour"] == row["hour"]]
        counted = {name: str(whole(of, name)) for name in ("looked_at", "waited", "unmet", "incidents")}
        same(f"hour {row['hour']}", {name: row[name] for name in counted}, counted)
    same("audits", {row["kind"]: row["n"] for row in said["beside"]}["Audit"], str(len(said["audits"])))
    for row in said["audits"]:
        of = [each for each in said["answers"] if each["audit"] == row["audit"]]
        same(f"audit {row['audit']}", tuple(row[name] for name in ("answers", "met", "looked_at")), (str(len(of)), str(whole(of, "met")), str(whole(of, "looked_at"))))
    same("minutes", {row["kind"]: row["n"] for row in said["beside"]}["Minute"], str(len(said["minutes"])))
    for row in said["gaps"]:
        if none_due := re.fullmatch(r"Nothing was due on (\d+) of the days\.", row["gap"]):
            same(f"{row['about']} empty days", int(none_due[1]), sum(not number(each["denominator"]) for each in days[row["about"]]))
    return wrong


def points(said: dict[str, list[dict[str, str]]], measure: str, since: str = "") -> list[float]:
    """Every point of a measure's chart, those before the days of the pack too."""
    every = [row for row in said["days_before"] + said["measure_days"] if row["measure"] == measure and row["day"] >= since and number(row["denominator"])]
    return [100 * number(row["numerator"]) / number(row["denominator"]) for row in every]


def drawn_again(said: dict[str, list[dict[str, str]]], document: str) -> list[str]:
    """What the charts of the document say otherwise than the same chart worked out from the days, the days before and the targets in the CSV."""
    wrong, measures = [], {say(f"measures.names.{name}"): each.target_percent for name, each in MEASURES.items()}
    targets = {f"{row['action']}: {row['measure']}": (row["measure"], float(row["target_percent"]), row["charted_from"]) for row in said["action_figures"]}
    targets |= {title: (title, target, "") for title, target in measures.items()}
    charts = re.findall(r'(?s)data-chart="\w+"><h3[^>]*>(.*?)</h3>.*?<svg.*?<title>(.*?)</title>', document)
    for title, says in charts:
        measure, target, since = targets[title]
        again = f"{title}. {chart_view.sentence(xmr.chart(points(said, measure, since), target=target), target)}"
        wrong += [] if html.unescape(says) == again else [f"told {says}, counted {again}"]
    return wrong if charts else ["no chart is drawn"]


def test_every_number_of_the_pack_is_counted_again_from_its_csv_and_stands_alike_in_every_format(home, sue):
    at = start(sue, sue, baseline_issue="=Charts have gaps")
    state(home, "audit", {"template": "hydration", "version": 1, "sources_covered": ["charts"], "sample": [], "answers": ANSWERS}, author=sue.person.id)
    state(home, "minute", {"meeting": "Oversight", "held_on": TODAY.isoformat(), "type": "challenge", "words": "Why are nights worse?"}, author=sue.person.id)
    looked(home)
    files = unzipped(taken(sue, "csv").data)
    said = sheets(files)
    assert figure(home, MONITORING)[0].denominator == 14 and len(said["entries"]) == 8 and len(said["measure_days"]) >= 2 * len(MEASURES) - 1
    assert counted_again(said) == []

    assert [(row["met"], row["looked_at"]) for row in said["audits"]] == [("8", "10")]
    assert "The audit looked at nothing from this source: Feedback." in {row["gap"] for row in said["gaps"]}

    assert sum(number(row["looked_at"]) for row in said["by_hour"]) == 2 and [row["waited"] for row in said["by_hour"] if row["incidents"] == "1"] == ["1"]
    assert "Not counted by hour. Forms of shifts that Tidemark did not draw: 1" in {row["gap"] for row in said["gaps"]}

    # The same cells in the HTML file, on the page and in the workbook.
    document = taken(sue, "html").get_data(as_text=True)
    tables, mismatches = shown(document), []
    for name, rows in tables.items():
        told = [[bare(cell) for cell in row.values()] for row in said[name]]
        mismatches += [(name, a, b) for a, b in zip(rows, told, strict=True) if a != b]
    assert drawn_again(said, document) == []
    assert mismatches == [] and {"actions", "measures", "measure_days", "sampled", "people", "gaps", "by_hour"} <= tables.keys()
    assert shown(re.sub(r'<span class="nhsuk-table-responsive__heading".*?</span>', "", sue.open(f"/pack/view?{SPAN}").html)) == tables

    drawn = len({row["entry"] for row in said["sampled"]})
    assert f"{drawn} of {len(said['entries'])}, drawn by Tidemark" in document

    # What proves it: the sums of the files, the checksum on the cover, the ledger's head, and each drawn row.
    sums = files["SHA256SUMS"]
    assert dict(reversed(line.split("  ")) for line in sums.decode().splitlines()) == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "SHA256SUMS"
    }
    assert hashlib.sha256(sums).hexdigest() in document
    ledger = {row["header"]["seq"]: row["hash"] for row in home.rows()}
    assert f"{len(ledger)}:{ledger[len(ledger)]}" in document
    assert said["sampled"] and all(row["seal"] == ledger[int(row["row"])] and row["holds"] == "Verified" for row in said["sampled"])
    assert any("Wrong person" in row["says"] for row in said["sampled"]) and any("200ml, then 120ml" in row["says"] for row in said["sampled"])
    assert at and taken(sue, "csv").data == taken(sue, "csv").data, "the same evidence is the same file"

    # Nobody's name, and no cell that a spreadsheet would work out.
    cells = [cell for rows in said.values() for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] and "'=Charts have gaps" in cells
    assert {row["person"] for row in said["entries"]} == {"EV", "EV 2"} and "Edith" not in document and "Mensah" not in document
    assert "Sue Hart, Registered manager" in document, "whoever made it answers for it"
    assert "Edith Vane" in taken(sue, "html", "full").get_data(as_text=True)


def looked(home) -> None:
    """A drawn shift that somebody looked at, one that nobody drew, and an incident."""
    part = {"shift": f"{DAY.isoformat()}/day", "from": rfc3339(ms(1)), "to": rfc3339(ms(3))}
    stated(home, "shift_sample", {**part, "unit": "=Willow", "drawn_at": rfc3339(ms(1))}, 1)
    waits = [{"what": "Bell", "at": rfc3339(ms(1.4)), "minutes": 25}]
    for unit in ("=Willow", "Rowan"):
        stated(home, "deployment_observation", {**part, "unit": unit, "actual": [], "delays": waits, "unmet_need": True}, 3)
    stated(home, "incident", {"happened_at": rfc3339(ms(1.7)), "type": "fall", "unit": "Rowan"}, 2)


def test_what_could_not_be_evidenced_is_said_first(home, sue):
    start(sue, sue)
    gaps = [row["gap"] for row in sheets(unzipped(taken(sue, "csv").data))["gaps"]]
    assert "Weekly audit: Not held yet" in gaps and "Nobody has reviewed this action yet." in gaps
    assert gaps.count("None recorded in these days.") == 5 and "Nothing was due on 2 of the days." in gaps
    page = sue.open(f"/pack/view?{SPAN}").html
    assert page.index("table-gaps") < page.index("table-actions")


@one_database
def test_the_workbook_and_the_pdf_hold_the_same_tables_and_charts_and_the_pdf_is_tagged(home, sue):
    looked(home)
    everything = unzipped(taken(sue, "zip").data)
    name = f"evidence-pack-{(DAY - timedelta(days=1)).isoformat()}-to-{TODAY.isoformat()}"
    assert {f"{name}.html", f"{name}.pdf", f"{name}.xlsx", "csv/SHA256SUMS", "csv/entries.csv"} <= everything.keys()
    pdf = b"".join(map(inflated, re.findall(rb"(?s)stream\r?\n(.*?)\r?\nendstream", everything[f"{name}.pdf"])))
    assert b"/MarkInfo" in pdf and b"pdfuaid:part" in pdf and b"/Lang (en-GB)" in pdf and b"/StructTreeRoot" in pdf and b"/TH" in pdf
    drawn = everything[f"{name}.html"].decode().count("<svg")
    assert drawn and pdf.count(b"/S /Figure") == drawn == pdf.count(b"/Alt "), "each chart is a drawing with its alternative text"
    assert pdf.count(b"/Subtype /Image") == 0, "drawn in lines, not in dots"
    book = unzipped(everything[f"{name}.xlsx"])
    written = b"".join(content for part, content in book.items() if part.startswith("xl/worksheets/"))
    assert b"<f>" not in written and b"=Willow" in written and len([part for part in book if part.startswith("xl/worksheets/sheet")]) == 20


def test_the_pack_prints_on_a4_in_one_ink_and_tells_nothing_by_colour():
    styles = "".join((PAGES / name).read_text() for name in ("pack.css", "pack_chart.css"))
    assert "size: A4" in styles and not re.search(r"\b(rgb|hsl|red|green|blue|orange)\b", styles)
    assert [ink for ink in re.findall(r"#([0-9a-f]{6})", styles) if len({ink[:2], ink[2:4], ink[4:]}) > 1] == [], "greys alone"
    shapes = re.search(r"(?s){% if dot.shape == .better.*?{% endif %}", (PAGES / "templates" / "pages" / "_chart.html").read_text())[0]
    assert shapes.count("<path") == 2 and "<circle" in shapes, "better is a triangle, worse a square, the rest a dot"


@one_database
def test_where_no_pdf_can_be_made_the_page_says_so_and_the_rest_still_comes(sue, monkeypatch):
    monkeypatch.setattr("server.pages.pack_pdf.sys.executable", "/nowhere/python")
    answer = sue.open(f"/pack/file/pdf?{SPAN}")
    assert answer.status == 503 and "This machine cannot make PDF files now." in answer.text
    assert not [name for name in unzipped(taken(sue, "zip").data) if name.endswith(".pdf")]


@one_database
def test_days_that_make_no_pack_are_refused_in_words(sue):
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    for query, says in (
        ("", "Choose a day"), (f"from={TODAY}&to={tomorrow}", "not in the future"), (f"from={TODAY}&to={DAY}", "The first day comes before"),
        (f"from={TODAY - timedelta(days=400)}&to={TODAY}", "Choose at most 184 days"),
    ):  # fmt: skip
        page = sue.open(f"/pack/view?{query}")
        assert page.status == 400 and says in page.text, query
    assert sue.open("/pack/file/exe").status == 404
    old = (TODAY - timedelta(days=300)).isoformat()
    assert sue.open(f"/pack/view?from={old}&to={old}").marked("empty") == "Nothing in these dates"
