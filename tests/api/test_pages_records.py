"""From an alert on the overview down to the words that were first entered, and back."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from server import clock
from server.records import intake, projections
from sync import days
from tests.harness.apps import rfc3339
from tests.harness.visitor import Visitor

MINUTE_MS = 60_000


@pytest.fixture
def sue(home):
    return Visitor.manager(home, ["duty_manager"], "Priya Shah")


def state(home, kind: str, fields: dict[str, Any], *, ago: int = 0, author=None, record=None, origin="system") -> uuid.UUID:
    """The server states something `ago` minutes before now; returns the record's id."""
    id_ = uuid.uuid4()
    made = intake.Statement(
        id=id_, record=record or id_, kind=kind, fields=fields, author=author, occurred_ms=clock.now_ms() - ago * MINUTE_MS
    )
    result = home.append(made, origin=origin)[0]
    assert result.status == "accepted", result
    return record or id_


def add_up(home) -> None:
    """Let the follower of totals read what is there."""
    with home.house.app.app_context():
        while projections.step(home.id, "totals"):
            pass


def stamp(minutes_ago: int) -> str:
    return rfc3339(clock.now_ms() - minutes_ago * MINUTE_MS)


@pytest.fixture
def alert(home):
    """An open alert about Edith: nothing drunk for six waking hours, Ama told, the registered manager next."""
    ama, edith = home.staff("Ama Mensah"), home.resident("Edith Vane", room="3")
    today = days.care_day(days.from_ms(clock.now_ms())).isoformat()
    told = [
        {"role": "senior_carer", "staff": str(ama.id), "at": stamp(40), "reached": True},
        {"role": "duty_manager", "staff": None, "at": stamp(39), "reached": False},
    ]
    fields = {
        "rule": "hydration.nothing_drunk_6h", "subject": str(edith), "severity": "urgent", "status": "open", "opening": 1,
        "opened_at": stamp(40), "happened_at": stamp(45), "care_day": today, "told": told, "rung": 1, "loop": 0,
        "next_at": stamp(-20), "next_roles": ["registered_manager"], "threshold_version": "default", "reason": "measured",
        "facts": {"minutes": 380, "since": stamp(380), "drunk_ml": 150, "target_ml": 1600},
    }  # fmt: skip
    return {"id": state(home, "alert", fields, ago=40), "ama": ama, "edith": edith}


def test_the_overview_shows_an_open_alert_with_the_person_how_long_and_who_is_told_next(sue, alert):
    page = sue.open("/overview")
    assert "Nothing drunk for a long time" in page.text and "Edith Vane, Willow, room 3" in page.text
    assert "Urgent" in page.text and "for 40 minutes" in page.text
    assert "Registered manager will be told at" in page.text
    assert f"/alerts/{alert['id']}" in page.links()


def test_once_somebody_deals_with_it_the_overview_names_them(home, sue, alert):
    ama = alert["ama"]
    state(home, "alert", {"status": "acknowledged", "owner": str(ama.id)}, author=ama.id, record=alert["id"], origin="page")
    page = sue.open("/overview")
    assert "Ama Mensah is dealing with it" in page.text and "will be told" not in page.text


def test_a_resolved_alert_leaves_the_overview_and_its_page_stays(home, sue, alert):
    ama = alert["ama"]
    fields = {"status": "resolved", "owner": str(ama.id), "outcome": "drank_enough", "evidence": "Drank 300ml by 5:30pm"}
    state(home, "alert", fields, author=ama.id, record=alert["id"], origin="page")
    assert "No alerts are open" in sue.open("/overview").text
    page = sue.open(f"/alerts/{alert['id']}").text
    assert "Resolved" in page and "Drank 300ml by 5:30pm" in page


def test_an_alerts_page_tells_each_step_who_was_told_and_who_could_not_be_reached(home, sue, alert):
    ama = alert["ama"]
    state(home, "alert", {"status": "acknowledged", "owner": str(ama.id)}, author=ama.id, record=alert["id"], origin="page")
    text = sue.open(f"/alerts/{alert['id']}").text
    steps = text[text.index("What happened, in order"):]
    assert steps.index("Tidemark") < steps.index("Told: Senior carer, Ama Mensah") < steps.index("Dealing with it: Ama Mensah")
    assert "Told: Duty manager, nobody could be reached" in steps
    assert "Nobody in this role could be reached" in text
    assert "Tidemark's own default" in text
    assert "Ledger row" in steps


def test_an_alerts_page_says_what_was_found_with_its_numbers_and_what_to_do(sue, alert):
    text = sue.open(f"/alerts/{alert['id']}").text
    assert "Nothing was drunk for 6 hours 20 minutes of waking time" in text and "150ml of 1,600ml" in text
    assert "Sit with the person, offer what they like best" in text


def test_an_alert_of_a_rule_that_this_version_does_not_know_is_still_shown(home, sue, alert):
    other = state(home, "alert", {"rule": "mouth_care.missed", "subject": str(alert["edith"]), "severity": "senior", "status": "open", "opened_at": stamp(5), "opening": 1})
    assert f"/alerts/{other}" in sue.open("/overview").links()
    page = sue.open(f"/alerts/{other}")
    assert page.status == 200 and "Edith Vane" in page.text and "Senior carer" in page.text


def test_an_alerts_page_leads_to_the_original_entries_of_that_day(home, sue, alert):
    state(home, "hydration_check", {"resident": str(alert["edith"]), "outcome": "refused", "reason": "not_now"}, ago=5, author=alert["ama"].id)
    page = sue.open(f"/alerts/{alert['id']}")
    assert "Refused: not now, later" in page.text and f"/residents/{alert['edith']}" in page.links()


def test_the_overview_says_who_is_on_duty_and_warns_when_nobody_is(home, sue):
    assert "Nobody is signed on" in sue.open("/overview").text
    ama, tablet = home.staff("Ama Mensah"), home.tablet("Willow 1")
    on = {"what": "on_shift", "staff": str(ama.id), "role": "senior_carer", "unit": "Willow", "device": str(tablet.id)}
    duty = state(home, "duty", {**on, "from": stamp(60)}, ago=60, author=ama.id)
    assert "Name Ama Mensah Role Senior carer Where Willow, Willow 1" in sue.open("/overview").text
    state(home, "duty", {"to": stamp(1)}, ago=1, author=ama.id, record=duty)
    assert "Nobody is signed on" in sue.open("/overview").text


def test_a_persons_page_shows_a_correction_with_the_original_struck_through(home, sue):
    ama, edith = home.staff("Ama Mensah"), home.resident("Edith Vane")
    drink = state(home, "hydration_check", {"resident": str(edith), "outcome": "drank", "drunk_ml": 200}, ago=30, author=ama.id)
    state(home, "hydration_check", {"drunk_ml": 120, "correction_reason": "Spilled some"}, ago=10, author=ama.id, record=drink)
    add_up(home)
    page = sue.open(f"/residents/{edith}")
    assert "Corrected" in page.text and "Spilled some" in page.text
    assert "<s><span" in page.html and "200ml</s> 120ml" in page.html
    assert "120ml" in page.text


def test_an_entry_made_in_error_stays_readable_and_counts_nowhere(home, sue):
    ama, edith = home.staff("Ama Mensah"), home.resident("Edith Vane")
    wrong = state(home, "hydration_check", {"resident": str(edith), "outcome": "drank", "drunk_ml": 150, "drink": "coffee"}, ago=30, author=ama.id)
    state(home, "hydration_check", {"resident": str(edith), "outcome": "drank", "drunk_ml": 200, "drink": "tea"}, ago=20, author=ama.id)
    state(home, "hydration_check", {"struck_out": True, "correction_reason": "Wrong person"}, ago=10, author=ama.id, record=wrong)
    add_up(home)
    page = sue.open(f"/residents/{edith}")
    assert "<s>Drank: coffee</s>" in page.html and "Entered in error" in page.text and "Wrong person" in page.text
    assert "200ml" in page.text and "350ml" not in page.text


def test_an_entry_recorded_late_says_by_how_much(home, sue):
    ama, edith, tablet = home.staff("Ama Mensah"), home.resident("Edith Vane"), home.tablet()
    tablet.unlock(ama)
    now = clock.now_ms()
    tablet.sync([tablet.drink(edith, occurred_at=rfc3339(now - 80 * MINUTE_MS), recorded_at=rfc3339(now))])
    text = sue.open(f"/residents/{edith}").text
    assert "Recorded late (1 hour 20 minutes)" in text


def test_an_entry_under_a_typed_name_says_so_and_is_unverified(home, sue):
    edith, tablet = home.resident("Edith Vane"), home.tablet()
    tablet.sync([tablet.drink(edith, author=None, grant=None, author_name="Night agency")])
    text = sue.open(f"/residents/{edith}").text
    assert "Night agency (typed name)" in text and "Unverified" in text


def test_the_list_of_residents_has_the_target_the_limit_and_the_total_of_the_day(home, sue):
    ama = home.staff("Ama Mensah")
    edith, arthur = home.resident("Edith Vane", room="3"), home.resident("Arthur Pell", unit="Rowan")
    state(home, "hydration_plan", {"resident": str(edith), "monitoring": True, "at_risk": True, "target_ml": 1500})
    state(home, "hydration_plan", {"resident": str(arthur), "limit_ml": 1000})
    state(home, "hydration_check", {"resident": str(edith), "outcome": "drank", "drunk_ml": 200}, ago=1, author=ama.id)
    add_up(home)
    text = sue.open("/residents").text
    assert text.index("Rowan") < text.index("Arthur Pell") < text.index("Edith Vane")
    assert "no more than 1,000ml" in text and "200ml of 1,500ml" in text and "At risk" in text
    assert "No drinks recorded" in text and "0ml of" not in text.replace("200ml of", "")


def test_somebody_who_has_left_is_listed_apart(home, sue):
    home.resident("Vera Long", left_on="2026-01-05")
    text = sue.open("/residents").text
    assert text.index("People who have left") < text.index("Vera Long") and "5 January 2026" in text


def test_what_was_set_aside_is_listed_with_its_reasons_and_its_whole_text(home, sue):
    ama, edith, tablet = home.staff(), home.resident(), home.tablet("Willow 1")
    tablet.unlock(ama)
    bad = tablet.drink(edith, -5)
    results = tablet.sync([bad, {"id": str(uuid.uuid4()), "note": "<b>bold</b> words"}])["results"]
    assert [result["status"] for result in results] == ["quarantined"] * 2
    page = sue.open("/set-aside")
    assert "How much was drunk cannot be less than 0" in page.text and "Willow 1" in page.text and "Not put right yet" in page.text
    assert bad["nonce"] in page.html and "<b>bold</b>" not in page.html and "<b>bold</b> words" in page.text
    assert tablet.grant not in page.html, "the grant is nobody's to read"


def test_what_cannot_be_read_as_text_is_shown_as_it_came(home, sue):
    tablet = home.tablet("Willow 1")
    body = tablet.envelope(["@@"])
    import json

    raw = json.dumps(body).encode().replace(b'"@@"', b'{"note": "half an emoji \\ud83d"}')
    assert tablet.post(raw).json["results"][0]["status"] == "quarantined"
    page = sue.open("/set-aside")
    assert page.status == 200 and "half an emoji" in page.text


def test_the_ledger_page_prints_the_head_and_finds_it_whole(home, sue):
    home.staff()
    page = sue.open("/ledger")
    rows = home.rows()
    assert page.marked("ledger-head") == f"{len(rows)}:{rows[-1]['hash']}"
    assert f"The ledger is whole. {len(rows)} rows were checked" in sue.send("/ledger/check", form_at="/ledger").text


def test_the_ledger_page_names_a_row_that_was_altered(home, sue):
    home.staff("Ama Mensah")
    seq = len(home.rows())
    home.sql(f"UPDATE ledger SET submission = REPLACE(submission, 'Ama', 'Ann') WHERE seq = {seq}")
    text = sue.send("/ledger/check", form_at="/ledger").text
    assert f"Row {seq} is not as it was written" in text and "its submission was changed" in text
