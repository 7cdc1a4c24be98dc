"""What the records themselves say stands in the way of closing, whatever was weighed, and opens a closed action again."""

from __future__ import annotations

from datetime import timedelta

from server import clock
from tests.api.test_pages_plan import IMPROVED, TODAY, look, one_database, reviewed, start, status, told
from tests.api.test_pages_records import state

DAY_MS = 86_400_000


def says(home, score: int) -> None:
    edith = home.resident("Edith Vane")
    state(home, "feedback", {"resident": str(edith), "words": "Nobody helps me drink", "theme": "support_to_drink", "score": score})


@one_database
def test_while_the_records_speak_against_it_an_action_stays_open_however_its_evidence_is_weighed(home, nina, sue):
    told(home, "complete_monitoring", IMPROVED)
    at = start(nina, nina)
    says(home, 1)
    page = reviewed(sue, at, "close", ("strong", "strong"))
    assert page.status == 400 and "This action cannot close yet. The records still say otherwise" in page.text, page.text[:1500]
    assert "Poor feedback on drinks: 1 of 1 answers in 28 days." in page.text and "(default)" in page.text
    assert status(home, at) == "open" and "The target is not met" not in page.text
    other = start(nina, nina, measures="compliant_deployment", target="90")
    assert "Poor feedback on drinks" not in reviewed(sue, other, "close", ("strong", "strong")).text, "another stream's concern is not its own"


@one_database
def test_over_how_many_days_waits_are_counted_is_the_homes_own_number(home, nina, sue):
    at = start(nina, nina, measures="compliant_deployment", target="90")
    for days_ago in (9, 10, 11):
        shift = {"shift": f"{(TODAY - timedelta(days=days_ago)).isoformat()}/day", "unit": "Willow"}
        state(home, "shift_sample", shift, ago=days_ago * 24 * 60)
        seen = {"from": "2026-11-01T09:00:00Z", "to": "2026-11-01T10:00:00Z", "actual": [{"role": "support_worker", "count": 1}], "delays": [{"what": "bell", "minutes": 40}]}
        state(home, "deployment_observation", {**shift, **seen}, ago=days_ago * 24 * 60)
    waiting = "3 of 3"
    assert waiting in reviewed(sue, at, "close").text
    own = {"name": "plan.waits_days", "value": 7, "from": "2026-01-01", "reason": "x", "proposed_by": str(nina.person.id), "approved_by": str(sue.person.id)}
    state(home, "threshold", own)
    assert waiting not in reviewed(sue, at, "close").text


@one_database
def test_a_concern_that_comes_back_after_closing_opens_the_action_again_and_no_second_one(home, nina, sue):
    told(home, "complete_monitoring", IMPROVED)
    at = start(nina, nina)
    assert "The action is closed." in reviewed(sue, at, "close").text
    assert look(home) == 0
    says(home, 1)
    now = clock.now_ms()
    assert look(home, now + DAY_MS) == 1 and status(home, at) == "open"
    page = sue.open("/plan")
    assert page.html.count('data-testid="action"') == 1 and "Closed, still watched" not in page.text
    one = sue.open(at).text
    assert "Opened again by Tidemark: the concern is back" in one and "Challenge: Poor feedback on drinks: 1 of 1 answers in 28 days." in one
    record = home.record(at.rsplit("/", 1)[1])["fields"]
    assert record.get("closed_by") is None and record.get("sustain_check_on") is None
    rows = len(home.rows())
    for days_later in (2, 9):
        look(home, now + days_later * DAY_MS)
        assert (status(home, at), len(home.rows())) == ("open", rows), "it is given its time once more"
    look(home, now + 16 * DAY_MS)
    assert status(home, at) == "escalated"
