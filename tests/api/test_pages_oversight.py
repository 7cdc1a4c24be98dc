"""The monthly report drafts itself from the records, is signed by a person, and is kept as it was signed."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest

from server import clock
from server.alerts import duties
from server.db import reading
from server.records import store
from server.records.intake import Statement
from sync import days
from tests.api.test_pages_filed import SAID, ines, one_database, version  # noqa: F401 (a fixture)
from tests.api.test_pages_plan import TODAY, start, told
from tests.harness.visitor import Visitor

LAST = TODAY.replace(day=1) - timedelta(days=1)
MONTH = LAST.isoformat()[:7]


def happened(home, kind: str, fields: dict, *, on=LAST) -> uuid.UUID:
    """A record of noon of a day of last month."""
    id_ = uuid.uuid4()
    at_ms = days.to_ms(days.care_day_bounds(on)[0]) + 5 * 3_600_000
    assert home.append(Statement(record=id_, id=id_, kind=kind, fields=fields, occurred_ms=at_ms))[0].status == "accepted"
    return id_


def section(page, name: str) -> list[str]:
    found = re.search(rf'data-testid="section-{name}">.*?<ul>(.*?)</ul>', page.html, re.S)
    return re.findall(r"<li>(.*?)</li>", found.group(1), re.S)


def test_the_report_is_drafted_from_the_month_signed_and_kept_although_the_records_change(home, sue, ines):  # noqa: F811
    told(home, "complete_monitoring", [(19, 20)] * 10, until=LAST)
    told(home, "timely_escalation", [(10, 10)] * 10, until=LAST)
    for met in (False, False, True):
        happened(home, "practice_observation", {"topic": "hydration", "met": met, "seen": "x"})
    happened(home, "incident", {"happened_at": f"{LAST.isoformat()}T11:00:00+00:00", "type": "fall", "staffing_related": True})
    complaint = happened(home, "complaint", {"about": "appointments", "words": "Nobody told us"})
    happened(home, "incident", {"happened_at": f"{LAST.isoformat()}T11:00:00+00:00", "type": "choking"}, on=LAST + timedelta(days=2))
    late = {"what": "audit_hydration", "role": "nutrition_lead", "due_at": f"{LAST.isoformat()}T06:00:00+00:00", "missed_reason": "Not done"}
    happened(home, "duty", late)
    start(sue, sue)
    page = ines.open(f"/oversight/{MONTH}")
    assert "Nobody has signed this month yet." in page.text
    assert section(page, "measures")[0] == "Complete monitoring: 190 of 200 (95%). The month before: Nothing was due."
    assert section(page, "incidents") == ["A fall: 1.", "Staffing had a part in 1 of 1."]
    assert section(page, "complaints") == ["About Appointments: 1.", "Not answered yet: 1."]
    assert section(page, "duties") == ["Audit of drinks (Nutrition lead): 1."]
    assert "Observations of practice: 1 of 3 (33%)" in section(page, "beside")[0]
    assert any("Appointment follow-up evidence: nothing was due" in line for line in section(page, "gaps"))
    assert any(line.startswith("Drinks: nothing from Audits") for line in section(page, "gaps"))
    assert "Charts have gaps" not in "".join(section(page, "plan")), "it was opened this month"
    said = {"decision": "further_action", "words": "Practice does not follow the charts."}
    assert sue.send(f"/oversight/{MONTH}", form_at="/overview", **said).status == 403, "nobody assures their own house"
    assert "Write what you conclude" in ines.send(f"/oversight/{MONTH}", version=version(page), decision="assured").text
    happened(home, "incident", {"happened_at": f"{LAST.isoformat()}T11:00:00+00:00", "type": "fall"})
    assert "Read the text again" in ines.send(f"/oversight/{MONTH}", version=version(page), **said).text, "nobody signs what they did not read"
    done = ines.send(f"/oversight/{MONTH}", version=version(ines.open(f"/oversight/{MONTH}")), **said)
    assert "Signed by Ines Ward" in done.text and "Practice does not follow the charts." in done.text and "A fall: 2." in done.text
    assert 'data-testid="changed"' not in done.html and 'name="decision"' not in done.html
    home.append(Statement(record=complaint, kind="complaint", fields={"answered_at": f"{TODAY.isoformat()}T00:00:00+00:00"}, occurred_ms=clock.now_ms()))
    after = ines.open(f"/oversight/{MONTH}")
    assert 'data-testid="changed"' in after.html and after.text.count("Not answered yet: 1.") == 1, "kept in the signed text alone"
    assert "Signed by Ines Ward" in sue.open("/oversight").text


@one_database
def test_what_somebody_did_after_the_month_makes_no_action_less_static_and_no_evidence_held_at_its_end(home, ines):  # noqa: F811
    evidence = [{"id": "a", "what": "Weekly audit", "category": "processes"}]
    fields = {"status": "open", "risk": "high", "baseline_issue": "Charts have gaps", "measures": ["complete_monitoring"], "evidence_required": evidence}
    began = LAST - timedelta(days=30)
    static = happened(home, "improvement_action", fields, on=began)
    closed = happened(home, "improvement_action", {**fields, "baseline_issue": "Nobody answers"}, on=began)
    happened(home, "review", {"action": str(closed), "decision": "close"}, on=LAST - timedelta(days=1))

    def told_of(issue: str) -> tuple[list[bool], list[bool]]:
        page = ines.open(f"/oversight/{MONTH}")
        return [issue in line and "no new evidence" in line.lower() for line in section(page, "plan")], [issue in line for line in section(page, "gaps")]

    assert all(any(lines) for lines in told_of("Charts have gaps")), ines.open(f"/oversight/{MONTH}").text
    weighed = [{**evidence[0], "strength": "strong", "as_of": TODAY.isoformat()}]
    happened(home, "review", {"action": str(static), "decision": "stay_open", "evidence_weighed": weighed}, on=LAST + timedelta(days=1))
    assert all(any(lines) for lines in told_of("Charts have gaps")), "at the month's end nobody had looked"
    assert not any(any(lines) for lines in told_of("Nobody answers")), "it was closed by then"
    happened(home, "review", {"action": str(static), "decision": "close"}, on=LAST + timedelta(days=1))
    home.append(Statement(record=static, kind="improvement_action", fields={"status": "closed"}, occurred_ms=clock.now_ms()), origin="system")
    assert all(any(lines) for lines in told_of("Charts have gaps")), "and it was open then, though it is closed today"


def test_a_signed_report_and_a_minute_do_the_months_duties(home, ines):  # noqa: F811
    now = clock.now_ms()
    with home.house.app.app_context():
        duties.keep(home.row, now)
    page = ines.open(f"/oversight/{MONTH}")
    ines.send(f"/oversight/{MONTH}", version=version(page), decision="assured", words="Seen.")
    ines.send("/minutes/new", **{**SAID["minute"], "held_on": TODAY.isoformat()})
    with home.house.app.app_context():
        duties.keep(home.row, now + 60_000)
        with reading() as c:
            rows = store.records(c, home.id, "duty")
    done = {row.fields["what"] for row in rows if row.fields.get("done_by") == str(ines.person.id)}
    assert done == {"provider_review", "oversight_minutes"}


@one_database
def test_sources_that_disagree_come_first_and_a_month_that_runs_cannot_be_signed(home, ines):  # noqa: F811
    told(home, "compliant_deployment", [(10, 10)] * 5)
    ines.send("/staff-accounts/new", **SAID["staff_account"])
    page = ines.open("/oversight/beside")
    first = page.html.split('data-testid="stream"')[1]
    assert "Staffing" in first and "They disagree" in first and "What staff say: 2.0 of 5, from 1 answer" in first
    assert page.text.count("They disagree") == 1 and "Nothing was looked at" in page.text
    this = TODAY.isoformat()[:7]
    assert "This month still runs." in ines.open(f"/oversight/{this}").text
    assert ines.send(f"/oversight/{this}", form_at="/oversight", decision="assured", words="x").status == 404
    for unknown in ("2026-13", "2099-01", "never"):
        assert ines.open(f"/oversight/{unknown}").status == 404


@one_database
def test_an_empty_home_says_so_in_every_section(home, ines):  # noqa: F811
    page = ines.open(f"/oversight/{MONTH}")
    assert section(page, "alerts") == ["Every alert was answered."] and section(page, "complaints") == ["No complaint was recorded."]
    assert len(section(page, "gaps")) == 7
    other = Visitor.manager(home.house.home("Saltings"), ["nominated_individual"])
    assert "Ines" not in other.open(f"/oversight/{MONTH}").text


@one_database
def test_an_action_shows_what_each_kind_of_its_evidence_holds_in_the_records(home, sue):  # noqa: F811
    sue.send("/observations/new", **SAID["practice_observation"])
    at = start(sue, sue, **{"evidence-2": "Watching a round", "category-2": "observation"})
    assert "Observations of practice: 0 of 1 (0%)" in sue.open(at).text and "Observations of practice: 0 of 1 (0%)" in sue.open(f"{at}/review").text
