"""Whose an alert is: taken on, kept too long, given back, handed over by name, left by somebody who goes home."""

from __future__ import annotations

import uuid

import pytest

from server.records import intake
from tests.harness.alerted import HOUR, MINUTE, Alerted
from tests.harness.apps import rfc3339
from tests.stories.test_alert_story import choke, got, unproven


@pytest.fixture
def ten(clock_at) -> int:
    return clock_at(10)


@pytest.fixture
def cast(alerted: Alerted, ten: int):
    """As in the alert's story; each sign-on is kept, so that somebody can go home."""
    home, found = alerted.home, {}
    for name, role, unit in (
        ("Ama Mensah", "senior_carer", "Willow"), ("Priya Shah", "duty_manager", None), ("Sue Hart", "registered_manager", None),
    ):  # fmt: skip
        person, phone = home.staff(name, [role]), alerted.phone(f"{name}'s phone")
        first = name.split()[0].lower()
        found[f"{first}_shift"] = alerted.sign_on(person, role, phone, ten - HOUR, unit)
        found[first], found[f"{first}_phone"] = person, phone
    found["joan"] = home.resident("Joan Whitcombe", unit="Willow", room="14")
    return found


def now_of(alerted: Alerted, alert: uuid.UUID) -> dict:
    return next(each for each in alerted.alerts() if each["id"] == alert)


def last_words(alerted: Alerted, cast: dict, name: str) -> str:
    return alerted.service.messages(cast[f"{name}_phone"].made)[-1].json["notification"]["body"]


def go_home(alerted: Alerted, cast: dict, name: str, at_ms: int) -> None:
    said = intake.Statement(record=cast[f"{name}_shift"], kind="duty", fields={"to": rfc3339(at_ms)}, occurred_ms=at_ms, author=cast[name].id)
    alerted.write(said, at_ms)


def give(alerted: Alerted, alert: uuid.UUID, by, to, at_ms: int) -> None:
    alerted.set_status(alert, by, "open", at_ms, owner=None, given_to=str(to.id))


def test_an_alert_that_was_taken_on_and_not_closed_in_half_an_hour_calls_the_same_people_again(alerted, cast, ten):
    alert = choke(alerted, cast, ten)
    alerted.set_status(alert, cast["priya"], "acknowledged", ten + 5 * MINUTE)
    alerted.at(ten + 5 * MINUTE)
    alerted.at(ten + 34 * MINUTE)
    assert now_of(alerted, alert)["status"] == "acknowledged"
    before = got(alerted, cast)
    alerted.at(ten + 36 * MINUTE)
    record = now_of(alerted, alert)
    assert record["status"] == "open" and record.get("owner") is None and record["next_at"]
    assert got(alerted, cast) == {"ama": before["ama"] + 1, "priya": before["priya"] + 1, "sue": before["sue"]}
    assert "not closed" in last_words(alerted, cast, "priya")
    alerted.at(ten + 57 * MINUTE)
    assert got(alerted, cast)["sue"] == 1, "it climbs on from there"


def test_whatever_the_owner_says_meanwhile_gives_them_the_whole_time_again(alerted, cast, ten):
    alert = choke(alerted, cast, ten)
    alerted.set_status(alert, cast["priya"], "acknowledged", ten + 5 * MINUTE)
    alerted.at(ten + 5 * MINUTE)
    alerted.set_status(alert, cast["priya"], "acknowledged", ten + 30 * MINUTE)
    alerted.at(ten + 30 * MINUTE)
    alerted.at(ten + 59 * MINUTE)
    assert now_of(alerted, alert)["status"] == "acknowledged"
    alerted.at(ten + 61 * MINUTE)
    assert now_of(alerted, alert)["status"] == "open"


def test_an_owner_who_signs_off_returns_it_to_the_ladder_at_once(alerted, cast, ten):
    alert = choke(alerted, cast, ten)
    alerted.set_status(alert, cast["ama"], "acknowledged", ten + 5 * MINUTE)
    alerted.at(ten + 5 * MINUTE)
    go_home(alerted, cast, "ama", ten + 10 * MINUTE)
    alerted.at(ten + 10 * MINUTE)
    record = now_of(alerted, alert)
    assert record["status"] == "open" and record.get("owner") is None
    assert "not closed" in last_words(alerted, cast, "priya")


def test_somebody_else_who_goes_home_changes_nothing(alerted, cast, ten):
    alert = choke(alerted, cast, ten)
    alerted.set_status(alert, cast["priya"], "acknowledged", ten + 5 * MINUTE)
    go_home(alerted, cast, "ama", ten + 10 * MINUTE)
    alerted.at(ten + 10 * MINUTE)
    assert now_of(alerted, alert)["status"] == "acknowledged"


def test_an_alert_handed_over_by_name_calls_that_person_and_ends_when_they_take_it(alerted, cast, ten):
    alert = choke(alerted, cast, ten)
    alerted.set_status(alert, cast["priya"], "acknowledged", ten + 5 * MINUTE)
    alerted.at(ten + 5 * MINUTE)
    before = got(alerted, cast)
    give(alerted, alert, cast["priya"], cast["sue"], ten + 6 * MINUTE)
    alerted.at(ten + 6 * MINUTE)
    assert got(alerted, cast) == {**before, "sue": before["sue"] + 1}
    assert "handed something over to you" in last_words(alerted, cast, "sue")
    alerted.set_status(alert, cast["sue"], "acknowledged", ten + 10 * MINUTE, given_to=None)
    alerted.at(ten + 10 * MINUTE)
    taken = got(alerted, cast)
    alerted.at(ten + 30 * MINUTE)
    assert now_of(alerted, alert)["owner"] == str(cast["sue"].id) and got(alerted, cast) == taken


def test_not_taken_in_fifteen_minutes_it_goes_to_the_on_call_manager_and_the_clock_is_unbroken(alerted, cast, ten):
    alert = choke(alerted, cast, ten)
    due = now_of(alerted, alert)["next_at"]
    give(alerted, alert, cast["priya"], cast["ama"], ten + 2 * MINUTE)
    alerted.at(ten + 2 * MINUTE)
    assert now_of(alerted, alert)["next_at"] == due
    alerted.at(ten + 16 * MINUTE)
    before = got(alerted, cast)
    alerted.at(ten + 18 * MINUTE)
    record = now_of(alerted, alert)
    assert got(alerted, cast) == {**before, "priya": before["priya"] + 1} and "not taken on" in last_words(alerted, cast, "priya")
    assert record.get("given_to") is None and record["next_at"] == due
    alerted.at(ten + 21 * MINUTE)
    assert got(alerted, cast)["sue"] == 1, "at the time that was planned before it was handed over"


def test_handed_to_somebody_who_is_not_signed_on_it_goes_to_the_on_call_manager_at_once(alerted, cast, ten):
    alert = choke(alerted, cast, ten)
    before = got(alerted, cast)
    give(alerted, alert, cast["ama"], alerted.home.staff("Lee Moss", ["senior_carer"]), ten + 2 * MINUTE)
    alerted.at(ten + 2 * MINUTE)
    assert got(alerted, cast) == {**before, "priya": before["priya"] + 1}


def run_out(alerted: Alerted, cast: dict, ten: int) -> tuple[uuid.UUID, int]:
    """An alert that nobody answered until its ladder had ended, and when that was."""
    alert, at_ms = choke(alerted, cast, ten), ten
    while now_of(alerted, alert)["status"] == "open":
        at_ms += 5 * MINUTE
        alerted.at(at_ms)
    return alert, at_ms


@pytest.mark.parametrize("signed_on", [True, False], ids=["who does not take it", "who has gone home"])
def test_an_unhandled_alert_that_was_handed_over_and_not_taken_is_unhandled_again(alerted, cast, ten, signed_on):
    alert, at_ms = run_out(alerted, cast, ten)
    to = cast["ama"] if signed_on else alerted.home.staff("Lee Moss", ["senior_carer"])
    before = got(alerted, cast)
    give(alerted, alert, cast["sue"], to, at_ms + MINUTE)
    alerted.at(at_ms + MINUTE)
    if signed_on:
        assert now_of(alerted, alert)["status"] == "open" and got(alerted, cast)["ama"] == before["ama"] + 1
        alerted.at(at_ms + 17 * MINUTE)
    record = now_of(alerted, alert)
    assert record["status"] == "unhandled" and not record.get("given_to"), "the red banner is back"
    assert got(alerted, cast)["priya"] == before["priya"] + 1 and "not taken on" in last_words(alerted, cast, "priya")


def test_whoever_takes_on_an_unhandled_alert_that_was_handed_to_them_has_it(alerted, cast, ten):
    alert, at_ms = run_out(alerted, cast, ten)
    give(alerted, alert, cast["sue"], cast["ama"], at_ms + MINUTE)
    alerted.at(at_ms + MINUTE)
    alerted.set_status(alert, cast["ama"], "acknowledged", at_ms + 5 * MINUTE, given_to=None)
    alerted.at(at_ms + 17 * MINUTE)
    assert now_of(alerted, alert)["status"] == "acknowledged"


def test_handed_to_somebody_whose_phone_never_showed_a_message_it_is_sent_and_the_on_call_manager_called_at_once(alerted, cast, ten):
    alert = choke(alerted, cast, ten)
    unproven(alerted, cast, "sue")
    before = got(alerted, cast)
    give(alerted, alert, cast["ama"], cast["sue"], ten + 2 * MINUTE)
    alerted.at(ten + 2 * MINUTE)
    assert got(alerted, cast) == {**before, "priya": before["priya"] + 1, "sue": before["sue"] + 1}


def test_a_rebuild_puts_the_end_of_somebodys_ownership_back(alerted, cast, ten):
    from sqlalchemy import delete, select

    from server.alerts.tables import deadline
    from server.db import reading, writing
    from server.records import rebuild

    owned = choke(alerted, cast, ten)
    alerted.set_status(owned, cast["priya"], "acknowledged", ten + 5 * MINUTE)
    alerted.at(ten + 5 * MINUTE)
    with alerted.app.app_context():
        with reading() as c:
            before = c.execute(select(deadline.c.alert, deadline.c.next_at_ms)).all()
        writing(lambda c: c.execute(delete(deadline)))
        rebuild.rebuild(alerted.home.id)
        with reading() as c:
            assert c.execute(select(deadline.c.alert, deadline.c.next_at_ms)).all() == before != []


def test_an_old_acknowledgement_never_stops_a_reopened_alert(alerted, cast, clock_at, ten):
    tablet = cast["ama_phone"].tablet
    alert = choke(alerted, cast, ten)
    first = alerted.home.record(alert)["heads"]
    alerted.set_status(alert, cast["priya"], "resolved", ten + 5 * MINUTE, outcome="no_action", evidence="Seen")
    alerted.at(ten + 5 * MINUTE)
    choke(alerted, cast, clock_at(10, 20))
    assert now_of(alerted, alert)["opening"] == 2
    old = tablet.statement(
        "alert", {"status": "acknowledged", "owner": str(cast["ama"].id)}, record=str(alert), parents=first,
        occurred_at=rfc3339(ten + MINUTE), recorded_at=rfc3339(ten + MINUTE),
    )  # fmt: skip
    assert tablet.sync([old])["results"][0]["status"] == "accepted"
    alerted.at(ten + 22 * MINUTE)
    assert now_of(alerted, alert)["status"] == "open"
    sue = got(alerted, cast)["sue"]
    alerted.at(ten + 42 * MINUTE)
    assert got(alerted, cast)["sue"] == sue + 1, "it climbs on"
