"""What a tablet is told: changes, flags that come and go, people who left, missing numbers, and a ledger that was cut."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from server import clock
from server.people import devices
from server.people import store as people
from server.records.intake import Statement
from sync import days
from tests.harness.apps import rfc3339

DAY = 24 * 3_600_000


@pytest.fixture
def tablet(home):
    made = home.tablet()
    made.unlock(home.staff("Ama Mensah", ["senior_carer"]))
    return made


def of(answer, record):
    return [change for change in answer["changes"] if change["record"] == str(record)]


def drain(tablet):
    """Every change, page by page, as a fresh tablet pulls them."""
    found = []
    while True:
        answer = tablet.sync()
        found += answer["changes"]
        if not answer["more"]:
            return found


def test_a_fresh_tablet_is_given_its_home_and_then_only_what_changed(home, tablet):
    edith = home.resident("Edith")
    first = tablet.sync()
    assert {change["kind"] for change in first["changes"]} == {"resident", "staff_member"}
    assert tablet.sync()["changes"] == []
    tablet.sync([tablet.drink(edith)])
    assert tablet.sync()["changes"] == []


def test_more_than_five_hundred_changes_come_in_pages_and_none_is_missed_or_told_twice(home, tablet):
    edith = home.resident()
    sent = [tablet.drink(edith) for _ in range(1_100)]
    for start in range(0, len(sent), 500):
        tablet.sync(sent[start : start + 500], grant=None)
    told = [change["record"] for change in drain(tablet)]
    assert len(told) == len(set(told)) == 1_100 + 2
    assert {s["id"] for s in sent} <= set(told)


def test_a_drink_for_somebody_unknown_loses_its_flag_when_the_person_arrives(home, tablet):
    edith = uuid.uuid4()
    drink = tablet.drink(edith)
    answer = tablet.sync([drink])
    assert of(answer, drink["id"])[0]["flags"] == ["unknown person"]
    arrives = Statement(record=edith, id=edith, kind="resident", fields={"preferred_name": "Edith"}, occurred_ms=clock.now_ms())
    (result,) = home.append(arrives)
    changes = tablet.sync()["changes"]
    assert {change["record"] for change in changes} == {str(edith), drink["id"]}
    (again,) = [change for change in changes if change["record"] == drink["id"]]
    assert again["flags"] == [] and again["seq"] == result.seq
    assert home.sql("SELECT COUNT(*) FROM waiting")[0][0] == 0


def test_six_hundred_entries_that_waited_for_one_person_are_all_told_again(home, tablet):
    edith = uuid.uuid4()
    sent = [tablet.drink(edith) for _ in range(600)]
    tablet.sync(sent[:300])
    tablet.sync(sent[300:])
    tablet.sync()
    home.append(Statement(record=edith, id=edith, kind="resident", fields={"preferred_name": "E"}, occurred_ms=clock.now_ms()))
    told = drain(tablet)
    assert {s["id"] for s in sent} <= {change["record"] for change in told}
    assert all(change["flags"] == [] for change in told)


def test_a_correction_that_comes_before_its_drink_waits_and_shows_when_the_drink_comes(home, tablet):
    edith = home.resident()
    drink = tablet.drink(edith, 150)
    early = tablet.statement(
        "hydration_check", {"drunk_ml": 90, "correction_reason": "half"}, record=drink["id"], parents=[drink["id"]]
    )
    answer = tablet.sync([early])
    assert answer["results"][0]["status"] == "accepted" and of(answer, drink["id"]) == []
    (change,) = of(tablet.sync([drink]), drink["id"])
    assert change["fields"]["drunk_ml"] == 90 and change["flags"] == []


def test_more_than_the_vessel_holds_more_than_the_limit_and_somebody_who_left_are_flagged_not_refused(home, tablet):
    edith, gone = home.resident("Edith"), home.resident("Gone", left_on="2026-01-05")
    vessel = tablet.statement("vessel", {"name": "Blue beaker", "ml": 200})
    plan = tablet.statement("hydration_plan", {"resident": str(edith), "limit_ml": 500})
    big = tablet.statement("hydration_check", {"resident": str(edith), "outcome": "drank", "drunk_ml": 600, "vessel": vessel["id"]})
    late = tablet.drink(gone)
    answer = tablet.sync([big, late, vessel, plan])
    assert {r["status"] for r in answer["results"]} == {"accepted"}
    later = tablet.sync([], cursor=None)
    assert of(later, big["id"])[0]["flags"] == ["above the limit in the plan", "more than the vessel holds"] or of(answer, big["id"])
    assert of(answer, late["id"])[0]["flags"] == ["person has left"]


def test_a_correction_without_a_reason_is_accepted_and_flagged(home, tablet):
    drink = tablet.drink(home.resident(), 150)
    bare = tablet.statement("hydration_check", {"drunk_ml": 90}, record=drink["id"], parents=[drink["id"]])
    (change,) = of(tablet.sync([drink, bare]), drink["id"])
    assert change["flags"] == ["no reason given"]


def test_an_allocation_written_after_its_shift_began_without_saying_why_is_kept_and_marked_until_then_nothing_is_asked(home, tablet):
    today = datetime.now(UTC).date()
    begun, ahead = f"{today - timedelta(days=2)}/day", f"{today + timedelta(days=2)}/day"

    def marks(shift, *later, **fields):
        plan = tablet.statement("allocation", {"shift": shift, "unit": "Willow", "rationale": "Two people need two staff to stand", **fields})
        more = [tablet.statement("allocation", each, record=plan["id"], parents=[plan["id"]]) for each in later]
        answer = tablet.sync([plan, *more])
        assert {result["status"] for result in answer["results"]} == {"accepted"}, "what an older app does not ask for is never set aside"
        (change,) = of(answer, plan["id"])
        return change["flags"]

    assert marks(begun) == ["no reason given"]
    assert marks(begun, changed_because="Ben is ill") == []
    assert marks(ahead) == marks(ahead, {"staff": []}) == [], "before its start an allocation moves on by nature"
    ill = {"changed_because": "Ben is ill"}
    assert marks(begun, {"staff": []}, **ill) == ["no reason given"], "each change says why"
    assert marks(begun, {"staff": [], "changed_because": "Ama came in"}, **ill) == marks(begun, {"staff": [], "correction_reason": "Wrong name"}, **ill) == []
    assert marks(begun, {"for_handover": True}, **ill) == [], "a flag for the handover changes no plan"


def test_a_shift_on_the_last_day_of_the_calendar_costs_its_neighbours_nothing(home, tablet):
    last = tablet.statement("allocation", {"shift": "9999-12-31/night", "unit": "Willow", "rationale": "A slip of the keyboard"})
    drink = tablet.drink(home.resident("Edith"))
    assert [result["status"] for result in tablet.sync([last, drink])["results"]] == ["accepted", "accepted"]


def test_people_and_staff_who_left_are_named_and_no_longer_sent(home, tablet):
    edith, ben = home.resident("Edith"), home.staff("Ben", ["support_worker"])
    assert tablet.sync()["removed"] == []
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    home.append(
        Statement(record=edith, kind="resident", fields={"left_on": yesterday}, occurred_ms=clock.now_ms()),
        Statement(record=ben.id, kind="staff_member", fields={"valid_until": yesterday}, occurred_ms=clock.now_ms()),
    )
    locked = tablet.sync(grant=None)
    assert set(locked["removed"]) == {str(edith), str(ben.id)} and locked["locked"]
    answer = tablet.sync()
    assert set(answer["removed"]) == {str(edith), str(ben.id)} and answer["changes"] == []
    assert tablet.sync()["removed"] == []


def test_staff_whose_access_ends_this_morning_are_known_to_tablets_for_the_rest_of_the_day(home):
    ends = days.from_ms(clock.now_ms()).astimezone(days.zone_of("Europe/London")).replace(hour=8, minute=0, second=0, microsecond=0)
    grace = home.staff("Grace Hall", ["support_worker"], agency=True, valid_until=ends.isoformat())
    tablet = home.tablet()
    tablet.unlock(home.staff("Ama Mensah", ["senior_carer"]))
    answer = tablet.sync([])
    assert str(grace.id) not in answer["removed"] and str(grace.id) in {change["record"] for change in answer["changes"]}


def test_a_person_whose_access_ended_is_named_too(house, home, tablet, monkeypatch):
    from server.people import store

    ben = home.staff("Ben", ["support_worker"])
    tablet.sync()
    with house.app.app_context():
        store.revoke_person(home.id, ben.id, at_ms=clock.now_ms() - DAY, now_ms=clock.now_ms())
    assert tablet.sync()["removed"] == [str(ben.id)]
    # For a minute it may have been said too early to be heard, and is said again; then no more.
    later = clock.now_ms() + 61_000
    monkeypatch.setattr(devices, "now_ms", lambda: later)
    tablet.sync()
    assert tablet.sync()["removed"] == []


def test_an_end_of_access_that_was_being_written_while_the_tablet_asked_reaches_it_with_the_next_answer(house, home, tablet, monkeypatch):
    from server.people import store

    ben, said = home.staff("Ben", ["support_worker"]), clock.now_ms()
    for asked in (said, said + 400):
        monkeypatch.setattr(devices, "now_ms", lambda asked=asked: asked)
        assert tablet.sync()["removed"] == []
    with house.app.app_context():
        store.revoke_person(home.id, ben.id, at_ms=said, now_ms=said)
    assert tablet.sync()["removed"] == [str(ben.id)]


def test_tablets_hold_today_and_yesterday_and_never_what_is_governance(home, tablet):
    edith, now = home.resident(), clock.now_ms()
    old = Statement(
        record=(a := uuid.uuid4()), id=a, kind="hydration_check", fields={"resident": str(edith), "outcome": "asleep"},
        occurred_ms=now - 10 * DAY,
    )  # fmt: skip
    home.append(old, origin="import")
    home.append(Statement(record=(b := uuid.uuid4()), id=b, kind="minute", fields={"words": "secret"}, occurred_ms=now))
    recent = tablet.drink(edith)
    told = {change["record"] for change in tablet.sync([recent])["changes"]}
    assert recent["id"] in told and str(a) not in told and str(b) not in told


def test_an_open_alert_stays_on_the_tablet_and_its_end_is_told(home, tablet):
    edith, now = home.resident(), clock.now_ms()
    alert = uuid.uuid4()
    fields = {"rule": "hydration.no_offer", "subject": str(edith), "severity": "nudge", "status": "open", "opened_at": rfc3339(now)}
    home.append(Statement(record=alert, id=alert, kind="alert", fields=fields, occurred_ms=now - 9 * DAY), origin="system")
    assert of(tablet.sync(), alert)
    home.append(Statement(record=alert, kind="alert", fields={"status": "withdrawn"}, occurred_ms=now), origin="system")
    assert of(tablet.sync(), alert)[0]["fields"]["status"] == "withdrawn"


def test_numbers_that_did_not_arrive_are_asked_for_again_until_they_do(home, tablet):
    edith = home.resident()
    drinks = [tablet.drink(edith) for _ in range(9)]
    assert tablet.sync([drinks[0], drinks[3], drinks[8]])["resend"] == [[2, 3], [5, 8]]
    assert tablet.sync([drinks[1]])["resend"] == [[3, 3], [5, 8]]
    bad = {**drinks[4], "fields": {"outcome": "no such"}}
    assert tablet.sync([bad])["resend"] == [[3, 3], [6, 8]], "what was set aside has arrived"
    assert tablet.sync([drinks[2], *drinks[5:8]])["resend"] == []
    assert tablet.sync([drinks[0]])["resend"] == []


def test_one_number_under_two_ids_and_a_count_that_fell_are_noticed(home, tablet):
    edith = home.resident()
    tablet.sync([tablet.drink(edith)])
    where = "FROM device WHERE name = 'Willow 1'"
    assert home.sql(f"SELECT number_clash_ms {where}")[0][0] is None
    tablet.sync([tablet.drink(edith, number=1)])
    assert home.sql(f"SELECT number_clash_ms {where}")[0][0] is not None
    assert home.sql(f"SELECT number_fell_ms {where}")[0][0] is None
    tablet.sync([], last_number=0)
    assert home.sql(f"SELECT number_fell_ms {where}")[0][0] is not None


def clashes(home) -> bool:
    return home.sql("SELECT number_clash_ms FROM device WHERE name = 'Willow 1'")[0][0] is not None


def test_a_number_under_two_ids_is_noticed_also_when_an_entry_was_set_aside(home, tablet):
    edith = home.resident()
    tablet.sync([tablet.drink(edith)])
    tablet.sync([tablet.drink(edith, -5, number=1)])
    assert clashes(home), "the second entry of that number was set aside, and it came all the same"


def test_a_number_under_two_ids_is_noticed_also_when_the_second_id_is_another_tablets(home, tablet):
    edith, other = home.resident(), home.tablet("Willow 2")
    theirs = other.drink(edith)
    other.sync([theirs])
    tablet.sync([tablet.drink(edith)])
    assert not clashes(home)
    tablet.sync([tablet.drink(edith, id=theirs["id"], number=1)])
    assert clashes(home), "it was set aside for its id, and it is a second entry of that number all the same"


def test_an_entry_that_was_set_aside_under_another_number_gives_its_id_no_right_to_this_one(home, tablet):
    edith = home.resident()
    bad = tablet.drink(edith, -5)
    tablet.sync([bad])
    tablet.sync([tablet.drink(edith)])
    assert not clashes(home)
    tablet.sync([tablet.drink(edith, -6, id=bad["id"], number=2)])
    assert clashes(home)


def test_a_number_under_two_ids_is_noticed_within_one_batch(home, tablet):
    edith = home.resident()
    tablet.sync([tablet.drink(edith, -5, number=7), tablet.drink(edith, -6, number=7)])
    assert clashes(home)


def test_a_number_that_was_taken_is_noticed_also_when_the_batch_brings_its_id_twice(home, tablet):
    edith = home.resident()
    tablet.sync([tablet.drink(edith), tablet.drink(edith)])
    again = tablet.drink(edith, number=2)
    tablet.sync([again, {**again, "number": 3, "nonce": "0" * 32}])
    assert clashes(home)


def test_one_entry_that_comes_twice_in_a_batch_with_other_words_is_no_number_under_two_ids(home, tablet):
    drink = tablet.drink(home.resident())
    tablet.sync([drink, {**drink, "nonce": "0" * 32}])
    assert not clashes(home)


def test_an_unreadable_entry_under_a_number_that_came_already_is_noticed(home, tablet):
    tablet.sync([tablet.drink(home.resident())])
    tablet.sync([{"number": 1, "note": "no id at all"}])
    assert clashes(home)


def test_sending_an_entry_again_is_no_number_under_two_ids(home, tablet):
    edith = home.resident()
    good, bad, odd = tablet.drink(edith), tablet.drink(edith, -5), {"number": 3, "note": "no id at all"}
    unproven = tablet.drink(edith, number=4, grant=None)
    for _ in range(2):
        tablet.sync([good, bad, odd, unproven, good, bad, odd])
        tablet.sync([bad, {**good, "fields": {**good["fields"], "drunk_ml": 10}}])
    assert tablet.sync([{**unproven, "grant": tablet.grant}])["results"][0]["status"] == "accepted", "its sign-in came after all"
    assert not clashes(home)


def test_a_head_of_this_ledger_is_known_and_a_strange_one_means_the_ledger_was_cut(home, tablet):
    edith = home.resident()
    tablet.sync([tablet.drink(edith)])
    assert "rewound" not in tablet.sync([tablet.drink(edith)])
    old = dict(tablet.head)
    tablet.sync([tablet.drink(edith)])
    assert "rewound" not in tablet.sync([], head=old), "an older head of this ledger is in it"
    strange = tablet.sync([tablet.drink(edith)], head={**old, "hash": "0" * 64})
    assert strange["rewound"] == {"seq": 0} and strange["cursor"] is None and strange["changes"] == []
    assert strange["results"][0]["status"] == "accepted", "what it brings is taken all the same"
    assert tablet.sync([], head={**old, "ledger": str(uuid.uuid4())})["rewound"] == {"seq": 0}
    assert tablet.sync([], head={**old, "seq": 10_000})["rewound"]["seq"] < 10_000


def test_corrected_time_decides_and_a_clock_that_is_out_is_told_and_flagged_and_never_refused(home, tablet):
    edith, now = home.resident(), clock.now_ms()
    hours = 3 * 3_600_000
    out = {"occurred_at": rfc3339(now - hours), "recorded_at": rfc3339(now - hours)}
    known, unknown = tablet.drink(edith, offset_ms=hours, **out), tablet.drink(edith, offset_ms=None, **out)
    answer = tablet.sync([known, unknown], sent_at=rfc3339(now - hours))
    assert [r["status"] for r in answer["results"]] == ["accepted", "accepted"]
    for drink, flags in ((known, ["clock corrected"]), (unknown, ["time in doubt"])):
        (change,) = of(answer, drink["id"])
        assert abs(datetime.fromisoformat(change["occurred_at"]).timestamp() * 1000 - now) < 60_000
        assert change["flags"] == flags
    assert abs(answer["clock_off_ms"] + hours) < 60_000
    headers = {row["header"]["id"]: row["header"] for row in home.rows()}
    assert headers[known["id"]]["offset_ms"] == hours and abs(headers[unknown["id"]]["offset_ms"] - hours) < 60_000


def test_a_time_of_saving_outside_the_server_s_own_bounds_is_marked(home, tablet):
    edith, now = home.resident(), clock.now_ms()
    tablet.sync()
    hour = 3_600_000
    early = tablet.drink(edith, seen=2, occurred_at=rfc3339(now - hour), recorded_at=rfc3339(now - hour))
    late = tablet.drink(edith, recorded_at=rfc3339(now + hour))
    honest = tablet.drink(edith, seen=2)
    answer = tablet.sync([early, late, honest])
    assert [of(answer, d["id"])[0]["flags"] for d in (early, late, honest)] == [["time not proven"], ["time not proven"], []]


def test_somebody_whose_access_ended_does_not_come_back_when_their_record_changes(home):
    ben, tablet = home.staff("Ben", ["support_worker"]), home.tablet()
    tablet.unlock(home.staff("Sue", ["registered_manager"]))
    tablet.sync()
    with home.house.app.app_context():
        people.revoke_person(home.id, ben.id, at_ms=clock.now_ms(), now_ms=clock.now_ms())
    assert tablet.sync()["removed"] == [str(ben.id)]
    home.append(Statement(record=ben.id, kind="staff_member", fields={"roles": ["senior_carer"]}, occurred_ms=clock.now_ms()))
    told = tablet.sync()
    assert str(ben.id) in [change["record"] for change in told["changes"]]
    assert told["removed"] == [str(ben.id)]


def test_a_tablet_that_was_told_under_a_clock_a_day_ahead_still_hears_whose_access_ended(home, monkeypatch):
    ben, tablet, now = home.staff("Ben", ["support_worker"]), home.tablet(), clock.now_ms()
    tablet.unlock(home.staff("Sue", ["registered_manager"]))
    monkeypatch.setattr(devices, "now_ms", lambda: now + 24 * 3_600_000)
    tablet.sync()
    monkeypatch.setattr(devices, "now_ms", clock.now_ms)
    with home.house.app.app_context():
        people.revoke_person(home.id, ben.id, at_ms=clock.now_ms(), now_ms=clock.now_ms())
    assert tablet.sync()["removed"] == [str(ben.id)]


def test_a_tablet_that_was_told_under_a_clock_ahead_and_asks_again_after_that_time_has_come_still_hears_who_left(home, tablet, monkeypatch):
    ben, edith, now = home.staff("Ben", ["support_worker"]), home.resident(), clock.now_ms()
    hour = 3_600_000
    other = home.tablet("Another")
    other.unlock(home.staff("Sue", ["registered_manager"]))
    monkeypatch.setattr(devices, "now_ms", lambda: now + hour)
    assert tablet.sync()["removed"] == []
    other.sync([other.drink(edith)])
    monkeypatch.setattr(devices, "now_ms", clock.now_ms)
    with home.house.app.app_context():
        people.revoke_person(home.id, ben.id, at_ms=clock.now_ms(), now_ms=clock.now_ms())
    other.sync([other.drink(edith)])
    monkeypatch.setattr(devices, "now_ms", lambda: now + 2 * hour)
    assert tablet.sync()["removed"] == [str(ben.id)]
    assert tablet.sync()["removed"] == [], "and once it knows, it is not told for ever"


def test_a_tablet_that_was_told_under_a_clock_a_day_ahead_still_hears_of_yesterdays_drinks(home, tablet, monkeypatch):
    edith, now = home.resident(), clock.now_ms()
    tablet.sync()
    yesterday = Statement(
        record=(a := uuid.uuid4()), id=a, kind="hydration_check", fields={"resident": str(edith), "outcome": "asleep"},
        occurred_ms=now - DAY,
    )  # fmt: skip
    home.append(yesterday, origin="import")
    monkeypatch.setattr(devices, "now_ms", lambda: now + DAY)
    assert str(a) not in [change["record"] for change in tablet.sync()["changes"]], "tomorrow no tablet holds it any more"
    monkeypatch.setattr(devices, "now_ms", clock.now_ms)
    assert str(a) in [change["record"] for change in tablet.sync()["changes"]]
