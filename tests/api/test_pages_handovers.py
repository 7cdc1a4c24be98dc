"""A handover stands on a page as it was given, to print; and whoever asked not to be named is named on no page."""

from __future__ import annotations

from server import clock
from tests.api.test_pages_records import stamp, state
from tests.harness.visitor import Visitor


def test_a_handover_is_read_as_it_was_given_and_who_accepted_it_is_added(home, priya):
    assert "No handovers" in priya.open("/handovers").text
    ama, lee = home.staff("Ama Mensah"), home.staff("Lee Marsh")
    lines = [
        {"id": "0193b0d2-0000-7000-8000-0000000000aa", "part": "pace", "words": "Edith: 300ml so far"},
        {"id": "0193b0d2-0000-7000-8000-0000000000ab", "part": "added", "words": "<b>The lift</b> is out of order"},
    ]
    given = state(
        home, "handover", author=ama.id,
        fields={"shift": "2026-11-22/night", "from": stamp(700), "to": stamp(5), "lines": lines, "silent_devices": ["Oak 2"]},
    )  # fmt: skip
    listed = priya.open("/handovers")
    assert "Night shift, 22 November 2026" in listed.text and "Not accepted yet" in listed.text
    page = priya.open(f"/handovers/{given}")
    assert "Handed over by Ama Mensah" in page.text and "Oak 2" in page.text
    assert page.text.index("Below what is expected") < page.text.index("Edith: 300ml so far") < page.text.index("Added by hand")
    assert "&lt;b&gt;The lift" in page.html and "<script" not in page.html
    state(home, "handover", {"accepted_by": str(lee.id), "accepted_at": stamp(1)}, author=lee.id, record=given)
    page = priya.open(f"/handovers/{given}")
    assert "Accepted by Lee Marsh" in page.text and "Edith: 300ml so far" in page.text


def test_another_homes_handover_is_unknown(house, home, priya):
    other = house.home("Elsewhere")
    given = state(other, "handover", {"shift": "2026-11-22/night", "from": stamp(700), "to": stamp(5)})
    assert priya.open(f"/handovers/{given}").status == 404


def test_whoever_asked_not_to_be_named_is_on_no_page_and_stays_in_the_ledger(home):
    sue = Visitor.manager(home, ["registered_manager"], "Sue Hart")
    ben = home.staff("Ben Okoro", ["support_worker"])
    tablet = home.tablet("Willow 1")
    tablet.unlock(ben)
    said = {"words": "Two of us for twelve people", "staff_role": "support_worker", "theme": "pressure", "anonymous": True}
    entry = tablet.statement("feedback", said)
    more = tablet.statement("feedback", {"words": "Two of us for twelve people, again"}, record=entry["id"], parents=[entry["id"]])
    tablet.sync([entry, more])
    page = sue.open(f"/tablets/{tablet.id}")
    assert "Somebody who asked not to be named" in page.text and "Ben Okoro" not in page.text
    assert [row["submission"]["author"] for row in home.rows() if row["submission"]["kind"] == "feedback"] == [str(ben.id)] * 2
    assert clock.now_ms()
