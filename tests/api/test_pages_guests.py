"""A guest of the home reads the evidence, changes nothing, and every page is written down; and from any claim it is three taps to the entries."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest

from server import clock
from server.people.rights import RIGHTS
from server.records import intake
from sync.alerts import alert_id
from sync.measures import DEPLOYMENT, ESCALATION, FOLLOW_UP, MEASURES, MONITORING
from tests.api.test_measures import DAY, HOUR_MS, edith, home, ms, stated  # noqa: F401 (two are fixtures)
from tests.api.test_measures import keep as keep_figures
from tests.api.test_pages_plan import TODAY, one_database, reviewed, start
from tests.harness.apps import rfc3339
from tests.harness.visitor import Visitor

TAPS = 3


@pytest.fixture
def originals(home, edith, sue):
    """The original record that each claim rests on, by measure."""
    tablet, ama = home.tablet(), home.staff()
    tablet.unlock(ama)
    drink = tablet.drink(edith, 200, occurred_at=rfc3339(ms(4)))
    tablet.sync([drink])
    rule = "hydration.behind_pace"
    breach = {
        "rule": rule, "subject": str(edith), "severity": "urgent", "status": "open", "opening": 1, "care_day": DAY.isoformat(),
        "happened_at": rfc3339(ms(5)), "opened_at": rfc3339(ms(5)),
    }  # fmt: skip
    alert = alert_id(home.uuid, rule, str(edith), DAY)
    home.append(intake.Statement(id=alert, record=alert, kind="alert", fields=breach, occurred_ms=ms(5)), origin="system")
    visit = stated(home, "appointment", {"resident": str(edith), "type": "gp", "starts_at": rfc3339(ms(3))}, 3)
    shift = f"{DAY.isoformat()}/day"
    sample = stated(home, "shift_sample", {"shift": shift, "from": rfc3339(ms(1)), "to": rfc3339(ms(3)), "drawn_at": rfc3339(ms(1)), "because": ["peak"]}, 1)
    keep_figures(home, clock.now_ms() + HOUR_MS)
    return {MONITORING: uuid.UUID(drink["id"]), ESCALATION: alert, FOLLOW_UP: visit, DEPLOYMENT: sample}


def let_in(home, sue, **changed) -> Visitor:
    """A guest with a new link, who has begun to read."""
    form = {"who_for": "CQC inspector", "until_day": (TODAY + timedelta(days=2)).isoformat(), "until_time": "17:00", **changed}
    page = sue.send("/guests/add", **form)
    assert page.status == 200, page.text
    address = re.search(r"/guest/[\w-]+", page.marked("guest-link")).group()
    guest = Visitor(home.house, home)
    arrived = guest.send(address)
    assert arrived.path == "/plan" and arrived.status == 200, arrived.text
    guest.link = address
    return guest


def taps(visitor: Visitor, path: str) -> dict[str, int]:
    """What each page says that a reader reaches from here, and by how many links, the fewest: at most `TAPS`."""
    found, here, seen = {}, [path], {path}
    for count in range(TAPS + 1):
        pages = [page for each in here if (page := visitor.open(each)).status == 200]
        found |= {page.text: count for page in reversed(pages) if page.text not in found}
        links = dict.fromkeys(link for page in pages for link in page.links() if link.startswith(("/measures", "/show-me", "/plan/")))
        here = [link for link in links if link not in seen]
        seen.update(here)
    return found


def to_proof(home, found: dict[str, int], record: uuid.UUID | str) -> int:
    """The fewest taps to the ledger row that made this record, with its seal, as verified."""
    row = next(row for row in home.rows() if row["submission"]["record"] == str(record))
    said = f"Ledger row {row['header']['seq']:,}, seal {row['hash']} Verified"
    return min(count for text, count in found.items() if said in text)


@one_database
def test_from_every_claim_it_is_at_most_three_taps_to_the_original_entry_with_its_history_and_proof(home, sue, edith, originals):
    at = start(sue, sue, measures=MONITORING)
    reviewed(sue, at, "stay_open")
    guest = let_in(home, sue)
    from_measures, from_plan, from_action = (taps(guest, path) for path in ("/measures", "/plan", at))
    assert {name: to_proof(home, from_measures, record) for name, record in originals.items()} == dict.fromkeys(MEASURES, 3)
    assert to_proof(home, from_plan, originals[MONITORING]) == 3, "the figure on the plan"
    review = next(row["submission"]["record"] for row in home.rows() if row["submission"]["kind"] == "review")
    assert to_proof(home, from_action, review) == 1, "the evidence that was weighed"
    assert to_proof(home, from_action, at.rsplit("/", 1)[1]) == 1, "the baseline and the target"
    assert to_proof(home, taps(sue, f"/measures/{MONITORING}/{DAY.isoformat()}"), originals[MONITORING]) == 1, "and so for the manager"
    day = sue.open(f"/measures/{MONITORING}/{DAY.isoformat()}/{edith}")
    assert "Recorded late" in day.text and re.search(r"<details[^>]* open", day.html), "nothing is folded away"


def test_a_row_that_was_altered_in_the_database_is_shown_as_not_as_written(home, sue, originals):
    alert = originals[ESCALATION]
    assert "Nobody has recorded a decision yet." in sue.open(f"/show-me/{alert}").marked("missing")
    seq = next(row["header"]["seq"] for row in home.rows() if row["submission"]["record"] == str(alert))
    home.sql(f"UPDATE ledger SET submission = REPLACE(submission, '\"urgent\"', '\"nudge\"') WHERE home_id = {home.id} AND seq = {seq}")
    page = sue.open(f"/show-me/{alert}").text
    assert "Not as written" in page and "Verified:" in page and f"Ledger row {seq:,}" in page


@one_database
def test_a_guest_sees_the_evidence_by_initials_and_nothing_else_and_changes_nothing(home, sue, originals, edith):
    at = start(sue, sue, measures=MONITORING)
    guest = let_in(home, sue)
    values = {"uuid:id_": originals[ESCALATION], "uuid:resident": edith, "name": MONITORING, "on": DAY.isoformat(), "form": "csv", "int:hour": 8}
    stated(home, "incident", {"resident": str(edith), "happened_at": rfc3339(ms(1.5)), "type": "fall"}, 2)
    before, opened = len(home.rows()), {}
    for rule in home.house.app.url_map.iter_rules():
        view = home.house.app.view_functions[rule.endpoint]
        if rule.rule.startswith(("/api/", "/app")) or rule.endpoint == "static" or view.access == "public":
            continue
        path = re.sub(r"<([^>]+)>", lambda found: str(values.get(found[1], uuid.uuid4())), rule.rule)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            token = re.search(r'name="csrf_token" value="([^"]+)"', guest.open("/plan").html).group(1)
            answer = guest.client.open(path, method=method, data={"csrf_token": token} if method != "GET" else None)
            opened[method, rule.rule] = answer.status_code
    seen = {rule for (method, rule), status in opened.items() if status != 403}
    assert seen == {
        "/plan", "/plan/questions", "/plan/<uuid:id_>", "/measures", "/measures/<name>", "/measures/<name>/<on>", "/measures/<name>/<on>/<uuid:resident>", "/measures/by-hour/<int:hour>",
        "/pack", "/pack/view", "/pack/file/<form>", "/show-me/<uuid:id_>",
    }  # fmt: skip
    assert {method for (method, rule), status in opened.items() if status != 403} == {"GET"} and len(opened) > 60
    assert len(home.rows()) == before
    for path in ("/plan", at, f"/measures/{MONITORING}/{DAY.isoformat()}", f"/measures/{MONITORING}/{DAY.isoformat()}/{edith}", "/measures/by-hour/8", f"/show-me/{edith}"):
        page = guest.open(path)
        assert "Edith" not in page.html and "Sue Hart" not in page.text, path
        assert not [link for link in page.links() if link.startswith(("/residents", "/alerts", "/plan/new", "/staff"))], path
    assert "EV" in guest.open("/measures/by-hour/8").text
    assert guest.open(f"/show-me/{edith}").status == guest.open(f"/show-me/{sue.person.id}").status == 404, "nobody's own record is evidence"
    assert "CQC inspector" in guest.open("/plan").text and "Guest, reads only until 5pm" in guest.open("/plan").text
    assert "Edith Vane" in let_in(home, sue, names="full").open(f"/measures/{MONITORING}/{DAY.isoformat()}").text


@one_database
def test_every_page_that_a_guest_asked_for_is_listed_and_the_access_ends_at_once_or_by_itself(home, sue, monkeypatch):
    guest = let_in(home, sue)
    guest.open("/measures")
    assert guest.open("/residents").status == 403 and "Your link does not show this page" in guest.open("/residents").text
    listed = sue.open("/guests")
    log = sue.open(next(link for link in listed.links() if re.fullmatch(r"/guests/[0-9a-f-]{36}", link)))
    assert "5 pages" in listed.text and log.text.count("Refused") == 2 and "Began to read" in log.text and "/measures" in log.text
    end = next(link for link in listed.links() if link.endswith("/end"))
    assert "The guest’s access has ended." in sue.send(end).text
    assert guest.open("/plan").status == 303
    assert re.search(r"Access ended at \S+\. Ask the manager", guest.open("/sign-in").text)
    assert Visitor(home.house, home).send(guest.link).path == "/sign-in", "an ended link lets nobody in again"

    timed, now = let_in(home, sue), clock.now_ms()
    monkeypatch.setattr("server.pages.session.now_ms", lambda: now + 3 * 24 * HOUR_MS)
    timed.open("/plan")
    assert "Access ended at 5pm" in timed.open("/sign-in").text


@one_database
def test_only_the_registered_manager_lets_a_guest_in_for_fourteen_days_at_most_and_only_the_hash_is_kept(home, sue):
    assert RIGHTS["guests.make"] == {"registered_manager"}
    for wrong, says in (
        ({"until_day": (TODAY + timedelta(days=15)).isoformat()}, "at most 14 days"), ({"until_day": TODAY.isoformat(), "until_time": "00:00"}, "at most 14 days"),
        ({"until_time": "soon"}, "at most 14 days"), ({"who_for": " "}, "Write who it is for"),
    ):  # fmt: skip
        form = {"who_for": "CQC inspector", "until_day": (TODAY + timedelta(days=2)).isoformat(), "until_time": "17:00", **wrong}
        page = sue.send("/guests/add", **form)
        assert page.status == 400 and says in page.text, wrong
    assert sue.open("/guests").marked("empty") == "Nobody has been let in."
    guest = let_in(home, sue)
    token = guest.link.rsplit("/", 1)[1]
    stored = home.sql("SELECT * FROM guest_link")
    assert len(stored) == 1 and token not in repr(stored)
    stranger = Visitor(home.house, home)
    good, wrong = (stranger.open(f"/guest/{each}") for each in (token, "1-wrong"))
    assert good.status == wrong.status == 200 and "Larkfield" not in good.html, "looking at a link tells nothing"
    assert stranger.send("/guest/1-wrong").status == 404 and stranger.open("/plan").status == 303
    assert token not in sue.open("/guests").html


def test_a_restore_ends_every_guests_access_and_keeps_what_they_opened(home, sue, keep):
    guest, ended = let_in(home, sue), let_in(home, sue, who_for="Commissioner")
    keep()
    guest.open("/measures")
    later = let_in(home, sue, who_for="Fire officer")
    end = next(link for link in sue.open("/guests").links() if link.endswith("/end"))
    sue.send(end)
    keep.put_back()
    for each in (guest, ended, later):
        assert each.open("/plan").status == 303, "a backup opens nothing again"
    page = sue.open("/guests").text
    assert "Fire officer" in page and "3 pages" in page and "Until" not in page.split("Opened", 1)[1]
