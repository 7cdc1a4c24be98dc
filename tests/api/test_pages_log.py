"""The daily management log: it writes itself from what was recorded, the duty manager adds to it and signs the day."""

from __future__ import annotations

from datetime import timedelta

from server import clock
from sync import days
from tests.api.test_pages_records import alert, stamp, state  # noqa: F401
from tests.harness.visitor import Visitor


def day(ago: int = 0) -> str:
    return (days.care_day(days.from_ms(clock.now_ms())) - timedelta(days=ago)).isoformat()


def test_the_day_tells_what_was_recorded_decided_and_alerted_in_the_order_in_which_it_happened(priya, home, alert):  # noqa: F811
    edith, ama = home.resident("Edith Vane", room="3"), home.staff("Ama Mensah")
    state(home, "shift_hydration_check", {"shift": f"{day()}/day", "resident": str(edith), "finding": "gaps", "windows_due": 6, "windows_on_time": 4}, author=ama.id)
    state(home, "escalation", {"resident": str(edith), "decision": "Called 111", "advice": "Offer every hour"}, author=ama.id)
    state(home, "allocation", {"shift": f"{day()}/day", "unit": "Willow", "rationale": "Two people need help to eat"}, author=ama.id)
    page = priya.open("/log")
    assert page.status == 200 and "Nobody has signed this day yet." in page.text
    assert "Day shift" in page.text and f"{day()}/day" not in page.text
    told = [page.text.rindex(words) for words in ("Gaps. Checks due: 6. On time: 4.", "Called 111. Advice: Offer every hour.")]
    assert told == sorted(told)
    assert "Ama Mensah" in page.text and "Edith Vane" in page.text
    assert f"/alerts/{alert['id']}" in page.links(), "the alert is one tap away"


def test_what_is_still_open_stands_first_and_leaves_when_somebody_ends_it(priya, home):
    todo = state(home, "follow_up", {"about": "the fall", "what": "Ask the physio"}, ago=3 * 24 * 60)
    page = priya.open("/log")
    assert "Ask the physio" in page.text and "Nothing is waiting for anybody." not in page.text
    state(home, "follow_up", {"status": "not_needed", "not_needed_reason": "seen today"}, record=todo)
    page = priya.open("/log")
    assert "Ask the physio" not in page.text and "Nothing is waiting for anybody." in page.text


def test_a_line_added_to_the_log_is_in_the_ledger_under_her_name(priya, home):
    page = priya.send("/log/" + day() + "/lines", form_at="/log", words="  Fire drill at 2pm, all well.  ")
    assert "Your line is in the log." in page.text and "Fire drill at 2pm, all well." in page.text
    row = home.rows()[-1]
    assert row["submission"]["kind"] == "log_entry" and row["submission"]["author"] == str(priya.person.id)
    assert row["header"]["origin"] == "page" and row["submission"]["fields"] == {"words": "Fire drill at 2pm, all well."}


def test_an_empty_line_is_refused_and_a_long_one_is_given_back(priya, home):
    before = len(home.rows())
    assert "Write what should stand in the log." in priya.send("/log/" + day() + "/lines", form_at="/log", words=" ").text
    long = priya.send("/log/" + day() + "/lines", form_at="/log", words="a" * 2_001)
    assert long.status == 400 and "a" * 2_001 in long.html
    assert len(home.rows()) == before


def test_a_line_for_yesterday_stands_in_yesterdays_log_and_older_days_are_closed(priya, home):
    priya.send("/log/" + day(1) + "/lines", form_at="/log", words="Night was calm")
    assert "Night was calm" in priya.open("/log/" + day(1)).text
    assert "Night was calm" not in priya.open("/log").text
    assert priya.send("/log/" + day(2) + "/lines", form_at="/log", words="Too late").status == 404
    assert priya.open("/log/" + day(2)).status == 200
    assert priya.open("/log/" + day(-1)).status == 404 and priya.open("/log/never").status == 404


def test_the_first_to_sign_the_day_has_signed_and_what_comes_later_says_so(priya, home):
    page = priya.send("/log/" + day() + "/sign", form_at="/log")
    assert "Signed by Priya Shah at" in page.text and "Sign the day" not in page.text
    other = Visitor.manager(home, ["registered_manager"], "Sue Marsh")
    before = len(home.rows())
    assert "Signed by Priya Shah at" in other.send("/log/" + day() + "/sign", form_at="/log").text
    assert len(home.rows()) == before
    page = other.send("/log/" + day() + "/lines", form_at="/log", words="One thing more")
    assert "One thing more" in page.text and "Added after signing" in page.text


def test_a_senior_carer_may_write_in_the_log_and_not_sign_it(home):
    senior = Visitor.manager(home, ["senior_carer"], "Ama Mensah")
    assert "Sign the day" not in senior.open("/log").text
    assert senior.send("/log/" + day() + "/sign", form_at="/log").status == 403
    assert "Oak is short" in senior.send("/log/" + day() + "/lines", form_at="/log", words="Oak is short").text


def test_whoever_asked_not_to_be_named_is_not_named(priya, home):
    ben = home.staff("Ben Okoro")
    state(home, "feedback", {"words": "We were rushed all morning", "staff_role": "support_worker", "anonymous": True}, author=ben.id)
    page = priya.open("/log").text
    assert "We were rushed all morning" in page and "Asked not to be named" in page and "Ben Okoro" not in page


def test_another_homes_day_is_not_told_here(priya, house):
    other = house.home("Fernside")
    state(other, "incident", {"happened_at": stamp(0), "type": "fall"})
    assert "Nothing logged yet today." in priya.open("/log").text
