"""From an alert's page, as a manager reached by e-mail finds it: taken on, closed, handed over. The ladder hears no difference from a tablet."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from server import clock
from server.people import store
from tests.api.test_pages_decisions import token
from tests.api.test_pages_records import alert, stamp, state  # noqa: F401
from tests.harness.alerted import MINUTE
from tests.harness.visitor import PASSWORD, Visitor
from tests.stories.conftest import alerted, clock_at, service  # noqa: F401
from tests.stories.test_alert_life import cast, last_words, now_of, ten  # noqa: F401
from tests.stories.test_alert_story import choke, got


@pytest.fixture
def at(alert) -> str:  # noqa: F811
    return f"/alerts/{alert['id']}"


def at_pages(home, person) -> Visitor:
    """Somebody who is signed on with a phone signs in at the pages too."""
    email = f"{person.id.hex[:8]}@larkfield.example"
    with home.house.app.app_context():
        store.create_account(home.id, email, PASSWORD, person.id, now_ms=clock.now_ms())
    made = Visitor(home.house, home, person, email)
    assert made.sign_in().path == "/overview"
    return made


def seen(visitor: Visitor, at: str) -> str:
    return re.search(r'name="seen" value="([^"]+)"', visitor.open(at).html).group(1)


def act(visitor: Visitor, at: str, what: str, **fields: str):
    """Open the page, fill the form, send it."""
    return visitor.send(f"{at}/{what}", form_at=at, **{"seen": seen(visitor, at), **fields})


def said(home) -> list[dict]:
    """What people stated about alerts and decisions, oldest first."""
    return [row["submission"] for row in home.rows() if row["submission"]["kind"] in ("alert", "escalation") and row["header"]["origin"] == "page"]


# ---- what the ladder makes of it ----


def test_taken_on_from_the_page_it_stops_calling_and_calls_again_when_it_is_not_closed_in_time(alerted, cast, ten):  # noqa: F811
    found = choke(alerted, cast, ten)
    home, at = alerted.home, f"/alerts/{found}"
    priya, sue = at_pages(home, cast["priya"]), at_pages(home, cast["sue"])
    assert re.search(r"Nobody is dealing with it yet\. Next: Registered manager will be told at 10:2\dam\.", priya.open(at).text)
    page = act(priya, at, "own")
    assert re.search(r"You are dealing with it\. If it is not closed by 10:3\dam, others are called again\.", page.text)
    (one,) = said(home)
    assert (one["author"], one["fields"]) == (str(cast["priya"].id), {"status": "acknowledged", "owner": str(cast["priya"].id)})
    alerted.at(clock.now_ms())
    told = got(alerted, cast)
    alerted.at(ten + 25 * MINUTE)
    assert got(alerted, cast) == told, "the registered manager was to be called at twenty past"
    assert re.search(r"Priya Shah is dealing with it\. If it is not closed by 10:3\dam, others are called again\.", sue.open(at).text)
    alerted.at(ten + 35 * MINUTE)
    assert now_of(alerted, found)["status"] == "open" and got(alerted, cast)["ama"] == told["ama"] + 1


def test_handed_over_by_name_from_the_page_that_person_is_called_and_takes_it_on_there(alerted, cast, ten):  # noqa: F811
    found = choke(alerted, cast, ten)
    home, at = alerted.home, f"/alerts/{found}"
    home.staff("Lee Moss", ["senior_carer"])
    home.staff("Ben Okoro", ["support_worker"])
    priya, sue = at_pages(home, cast["priya"]), at_pages(home, cast["sue"])
    page = priya.open(at)
    names = re.findall(r'<option value="[0-9a-f-]{36}"[^>]*>([^<]+)<', page.html)
    assert names == ["Ama Mensah, Senior carer", "Sue Hart, Registered manager", "Lee Moss, Senior carer: not on shift with a device that works"]
    assert act(priya, at, "give", to=str(cast["priya"].id)).status == 400 and said(home) == []
    before = got(alerted, cast)
    page = act(priya, at, "give", to=str(cast["sue"].id))
    assert re.search(r"Handed to Sue Hart, who has not taken it on yet\. At 10:1\dam the on-call manager is called\.", page.text)
    assert "Handed over to: Sue Hart" in page.text
    alerted.at(clock.now_ms())
    assert got(alerted, cast) == {**before, "sue": before["sue"] + 1} and "handed something over to you" in last_words(alerted, cast, "sue")
    act(sue, at, "own")
    assert said(home)[-1]["fields"] == {"status": "acknowledged", "owner": str(cast["sue"].id), "given_to": None}


# ---- closing ----


def test_closing_needs_whoever_took_it_on_an_outcome_and_what_shows_it_and_is_the_decision(home, priya, alert, at):  # noqa: F811
    close = {"outcome": "drank_enough", "evidence": "Drank 300ml by 6pm"}
    assert "Close the alert" not in priya.open(at).text
    assert "Take it on first, then close it." in act(priya, at, "resolve", **close).text and said(home) == []
    assert "Nobody has recorded a decision yet. What you write here is kept" in act(priya, at, "own").text
    wrong = act(priya, at, "resolve", outcome="", evidence=close["evidence"])
    assert wrong.status == 400 and "Choose what was done." in wrong.text and "<details class=\"nhsuk-details\" open" in wrong.html
    assert act(priya, at, "resolve", outcome="asleep", evidence=close["evidence"]).status == 400
    wrong = act(priya, at, "resolve", outcome="drank_enough", evidence="  ")
    assert wrong.status == 400 and "Say what shows this" in wrong.text and len(said(home)) == 1

    page = act(priya, at, "resolve", **close)
    assert "The alert is closed, with what shows it." in page.text and "Resolved" in page.text
    _, closed, decided = said(home)
    assert closed["fields"] == {"status": "resolved", **close} and closed["author"] == str(priya.person.id)
    wanted = {"decision": "Drank after this: Drank 300ml by 6pm", "person_outcome": "Drank after this", "no_escalation_reason": "Drank 300ml by 6pm"}
    assert decided["kind"] == "escalation" and wanted.items() <= decided["fields"].items() and decided["fields"]["alert"] == str(alert["id"])

    # What is closed offers nothing, and takes nothing.
    assert "I'm dealing with it" not in page.text and 'name="seen"' not in page.html
    assert "closed or withdrawn already" in priya.send(f"{at}/own", form_at=at, seen="1:0").text and len(said(home)) == 3


def test_closing_after_a_decision_adds_its_result_and_makes_no_second_one(home, priya, at):
    priya.send(f"{at}/decide", form_at=at, kind="gp", words="Called at nine")
    act(priya, at, "own")
    page = act(priya, at, "resolve", outcome="advice_taken", evidence="GP came at 5:30pm")
    decided = [each for each in said(home) if each["kind"] == "escalation"]
    assert decided[1]["record"] == decided[0]["id"] and decided[1]["fields"] == {"person_outcome": "Advice asked and followed"}
    assert len(decided) == 2 and "GP or nurse: Called at nine. Advice asked and followed." in page.text


def test_a_withdrawn_alert_offers_nothing(home, priya, alert, at):  # noqa: F811
    assert "I'm dealing with it" in priya.open(at).text
    state(home, "alert", {"status": "withdrawn", "reason": "late_arrival"}, record=alert["id"])
    page = priya.open(at)
    assert "I'm dealing with it" not in page.text and "Hand it to somebody else" not in page.text


# ---- who may, and who was first ----


def test_whoever_may_not_answer_alerts_is_offered_nothing_and_refused(home, nina, at):
    worker = Visitor.manager(home, ["support_worker"], "Ben Okoro")
    assert nina.open(at).status == 200 and 'name="seen"' not in nina.open(at).html and worker.open(at).status == 403
    for visitor in (nina, worker):
        for what in ("own", "resolve", "give"):
            form = {**token(visitor, "/my-work"), "seen": "1:0", "outcome": "no_action", "evidence": "Seen", "to": str(nina.person.id)}
            assert visitor.client.post(f"{at}/{what}", data=form).status_code == 403
    assert said(home) == []


def test_nothing_is_done_without_the_forms_token(home, priya, at):
    assert priya.client.post(f"{at}/own", data={"seen": seen(priya, at)}).status_code == 400 and said(home) == []


def test_of_two_managers_who_take_it_on_in_the_same_moment_the_first_has_it_and_the_other_is_told(home, priya, sue, at):
    together = Barrier(2)

    def take(visitor: Visitor) -> str:
        form = {**token(visitor, at), "seen": seen(visitor, at)}
        together.wait(10)
        assert visitor.client.post(f"{at}/own", data=form).status_code == 303
        return visitor.open(at).text

    with ThreadPoolExecutor() as pool:
        pages = dict(zip((str(priya.person.id), str(sue.person.id)), pool.map(take, (priya, sue)), strict=True))
    (one,) = said(home)
    first = pages.pop(one["fields"]["owner"])
    (second,) = pages.values()
    assert "You are dealing with it." in first and "Not saved" not in first
    assert "Not saved: this alert has changed since you opened the page." in second and "is dealing with it" in second
    # Sent twice by a slow line, it is stated once.
    winner = priya if one["author"] == str(priya.person.id) else sue
    assert "Not saved" not in winner.send(f"{at}/own", form_at=at, seen="1:0").text and len(said(home)) == 1


def test_what_climbed_while_the_page_was_open_can_be_taken_on_and_what_came_back_is_looked_at_first(home, priya, alert, at):  # noqa: F811
    before = seen(priya, at)
    state(home, "alert", {"rung": 2, "next_at": stamp(-30)}, record=alert["id"])
    assert "You are dealing with it" in priya.send(f"{at}/own", form_at=at, seen=before).text
    before = seen(priya, at)
    state(home, "alert", {"status": "open", "owner": None, "opening": 2, "opened_at": stamp(0), "happened_at": stamp(0)}, record=alert["id"])
    page = priya.send(f"{at}/give", form_at=at, seen=before, to=str(alert["ama"].id))
    assert "Not saved" in page.text and "Nobody is dealing with it yet." in page.text and len(said(home)) == 1


def test_what_can_be_done_comes_before_everything_that_can_be_read(priya, at):
    said = priya.open(at).html
    assert said.index("</h1>") < said.index("I&#39;m dealing with it") < said.index("Hand it to somebody else") < said.index("nhsuk-lede-text")
