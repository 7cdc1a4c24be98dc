"""Who may unlock, deliver and read: tokens, PINs, grants, and what is said to those who may not."""

from __future__ import annotations

import json
import uuid

import pytest
from argon2 import Type, extract_parameters

from server import clock
from server.people import grants, signin, store
from tests.harness.apps import rfc3339

HOUR = 3_600_000


@pytest.fixture
def ama(home):
    return home.staff("Ama Mensah", ["senior_carer", "key_worker"])


@pytest.fixture
def tablet(home):
    return home.tablet()


def test_whoever_steals_the_database_pays_19_mib_and_two_passes_for_every_guess():
    # Made with the server's own settings, before the tests took cheap ones.
    cost = extract_parameters(signin._nobody)
    assert (cost.type, cost.time_cost, cost.memory_cost) == (Type.ID, 2, 19_456)


def test_the_right_pin_gives_a_grant_for_72_hours_and_the_home_s_public_key(tablet, ama):
    answer = tablet.unlock(ama)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    body = answer.json
    assert set(body["home_key"]) >= {"kty", "crv", "x", "y", "kid"} and "d" not in body["home_key"]
    assert body["staff"] == {"id": str(ama.id), "name": "Ama Mensah", "roles": ["key_worker", "senior_carer"]}
    assert body["expires_at"] > rfc3339(clock.now_ms() + 71 * HOUR)


def test_five_wrong_pins_are_counted_down_and_then_there_is_a_wait(tablet, ama):
    left = []
    for _ in range(5):
        answer = tablet.unlock(ama, "000000")
        assert answer.status_code == 403
        left.append(json.loads(answer.data)["tries_left"])
    assert left == [4, 3, 2, 1, 0]
    wait = tablet.unlock(ama)
    assert wait.status_code == 429, "after five wrong ones even the right one waits"
    assert wait.headers["Retry-After"].isdigit() and 1 <= int(wait.headers["Retry-After"]) <= 3600


def test_only_wrong_pins_count_and_a_right_one_clears_them(tablet, ama):
    for _ in range(3):
        for _ in range(4):
            assert tablet.unlock(ama, "000000").status_code == 403
        assert tablet.unlock(ama).status_code == 200


def test_wrong_pins_count_for_one_person_on_one_tablet_alone(home, tablet, ama):
    ben, other = home.staff("Ben", ["support_worker"]), home.tablet("Willow 2")
    for _ in range(6):
        tablet.unlock(ama, "000000")
    assert tablet.unlock(ama).status_code == 429
    assert tablet.unlock(ben).status_code == 200
    assert other.unlock(ama).status_code == 200


def test_somebody_unknown_departed_or_of_another_home_is_answered_exactly_like_a_wrong_pin(house, home, tablet, ama):
    gone = home.staff("Gone", ["support_worker"], valid_until="2020-01-01")
    ended = home.staff("Ended", ["support_worker"])
    with house.app.app_context():
        store.revoke_person(home.id, ended.id, at_ms=clock.now_ms() - 1, now_ms=clock.now_ms())
    elsewhere = house.home("Elsewhere").staff("Charlie", ["senior_carer"])

    def answers(who, pin):
        found = [tablet.client.post("/api/v1/unlock", json={"staff": who, "pin": pin}, headers=tablet.auth) for _ in range(6)]
        return [(a.status_code, {**json.loads(a.data), "detail": ""}, a.content_type) for a in found[:5]], found[5].status_code

    expected = answers(str(ama.id), "000000")
    for who in (str(gone.id), str(ended.id), str(elsewhere.id), str(uuid.uuid4()), "nobody at all"):
        assert answers(who, "314159") == expected, who


def test_a_pin_that_is_no_pin_is_a_wrong_pin_and_a_body_that_is_no_body_is_refused(tablet, ama):
    for pin in ("", "12345", "1234567", "abcdef", "１２３４５６", "\0"):
        assert tablet.client.post(
            "/api/v1/unlock", json={"staff": str(ama.id), "pin": pin}, headers=tablet.auth
        ).status_code in (403, 429)
    for body in (b"", b"{", b"[]", b"{}", b'{"staff": 5, "pin": "314159"}', b'{"staff": "x", "pin": 314159}'):
        assert tablet.client.post("/api/v1/unlock", data=body, headers=tablet.auth).status_code == 400


def test_a_revoked_tablet_is_told_so_at_its_next_request_and_nothing_is_taken_from_it(house, home, tablet, ama, edith):
    tablet.unlock(ama)
    assert tablet.sync([tablet.drink(edith)])["results"][0]["status"] == "accepted"
    with house.app.app_context():
        assert store.revoke_device(home.id, tablet.id, now_ms=clock.now_ms())
    for answer in (tablet.post(tablet.envelope([tablet.drink(edith)])), tablet.unlock(ama)):
        assert answer.status_code == 401 and json.loads(answer.data)["code"] == "revoked"
    assert len(home.rows()) == 3


def test_a_token_alone_delivers_and_never_reads(home, tablet, ama, edith):
    tablet.unlock(ama)
    drink = tablet.drink(edith)
    answer = tablet.sync([drink], grant=None)
    assert answer["results"][0]["status"] == "accepted"
    assert answer["locked"] is True and answer["changes"] == [] and answer["more"] is False and answer["cursor"] is None
    assert "Edith" not in json.dumps(answer)


@pytest.mark.parametrize("case", ["another tablet's", "another home's", "expired", "made up", "of somebody who left"])
def test_only_a_live_grant_of_this_tablet_reads(house, home, tablet, ama, edith, case):
    now, device, row = clock.now_ms(), tablet.id, home.row
    if case == "another tablet's":
        device = home.tablet("Willow 2").id
    if case == "another home's":
        row = house.home("Elsewhere").row
    issued = now - 73 * HOUR if case == "expired" else now
    text, _ = grants.issue_grant(row.secret, row.uuid, device, ama.id, ["senior_carer"], issued)
    if case == "of somebody who left":
        with house.app.app_context():
            store.revoke_person(home.id, ama.id, at_ms=now - 1, now_ms=now)
    if case == "made up":
        text = "made.up"
    answer = tablet.sync([], grant=text)
    assert answer["locked"] is True and answer["changes"] == []


@pytest.mark.parametrize("case", ["signature", "person", "device", "home", "missing"])
def test_a_grant_that_proves_nothing_sets_the_entry_aside(house, home, tablet, ama, edith, case):
    tablet.unlock(ama)
    ben = home.staff("Ben", ["support_worker"])
    drink = tablet.drink(edith)
    if case == "signature":
        drink["grant"] = drink["grant"][:-4] + "AAAA"
    if case == "person":
        drink["author"] = str(ben.id)
    if case == "missing":
        drink["grant"] = None
    if case in ("device", "home"):
        other = home.tablet("Willow 2") if case == "device" else house.home("Elsewhere").tablet()
        person = ama if case == "device" else other.home.staff("Ama", ["senior_carer"])
        other.unlock(person)
        drink["grant"] = other.grant
    result = tablet.sync([drink, tablet.drink(edith)])["results"]
    assert [r["status"] for r in result] == ["quarantined", "accepted"]
    assert "grant" in result[0]["errors"]


def test_an_entry_saved_after_the_sign_in_had_expired_is_accepted_and_says_so(home, tablet, ama, edith):
    now = clock.now_ms()
    text, _ = grants.issue_grant(home.row.secret, home.uuid, tablet.id, ama.id, ["senior_carer"], now - 80 * HOUR)
    tablet.unlock(ama)
    answer = tablet.sync([tablet.drink(edith, grant=text)])
    assert answer["results"][0]["status"] == "accepted"
    change = next(c for c in answer["changes"] if c["kind"] == "hydration_check")
    assert "sign-in had expired" in change["flags"]


def test_what_somebody_saved_before_their_access_ended_stays_and_what_they_saved_after_is_set_aside(
    house, home, tablet, ama, edith
):
    tablet.unlock(ama)
    now = clock.now_ms()
    with house.app.app_context():
        store.revoke_person(home.id, ama.id, at_ms=now - HOUR, now_ms=now)
    before = tablet.drink(edith, occurred_at=rfc3339(now - 3 * HOUR), recorded_at=rfc3339(now - 2 * HOUR))
    after = tablet.drink(edith, occurred_at=rfc3339(now - HOUR), recorded_at=rfc3339(now - HOUR // 2))
    results = tablet.sync([before, after])["results"]
    assert [r["status"] for r in results] == ["accepted", "quarantined"]
    assert list(results[1]["errors"]) == ["author"]


def test_ending_access_again_lets_nothing_in_that_was_saved_after_it_first_ended(house, home, tablet, ama, edith):
    tablet.unlock(ama)
    now = clock.now_ms()
    between = tablet.drink(edith, occurred_at=rfc3339(now - HOUR), recorded_at=rfc3339(now - HOUR))
    with house.app.app_context():
        store.revoke_person(home.id, ama.id, at_ms=now - 2 * HOUR, now_ms=now - 2 * HOUR)
        store.revoke_person(home.id, ama.id, at_ms=now, now_ms=now)
    assert tablet.sync([between])["results"][0]["status"] == "quarantined"


def test_an_end_of_access_can_be_put_earlier(house, home, tablet, ama, edith):
    tablet.unlock(ama)
    now = clock.now_ms()
    between = tablet.drink(edith, occurred_at=rfc3339(now - HOUR), recorded_at=rfc3339(now - HOUR))
    with house.app.app_context():
        store.revoke_person(home.id, ama.id, at_ms=now, now_ms=now)
        store.revoke_person(home.id, ama.id, at_ms=now - 2 * HOUR, now_ms=now)
    assert tablet.sync([between])["results"][0]["status"] == "quarantined"


def test_set_up_asks_for_a_role_and_care_does_not(home, tablet, edith):
    tablet.unlock(home.staff("Ben", ["support_worker"]))
    plan = tablet.statement("hydration_plan", {"resident": str(edith), "target_ml": 1600})
    results = tablet.sync([plan, tablet.drink(edith)])["results"]
    assert [r["status"] for r in results] == ["quarantined", "accepted"]
    tablet.unlock(home.staff("Ama", ["senior_carer"]))
    assert tablet.sync([tablet.statement("hydration_plan", {"resident": str(edith), "target_ml": 1600})])["results"][0][
        "status"
    ] == "accepted"


@pytest.mark.parametrize("kind", ["threshold", "ladder", "staff_member", "alert", "set_aside"])
def test_what_tidemark_alone_writes_is_set_aside_from_a_tablet_whoever_sends_it(home, tablet, kind):
    tablet.unlock(home.staff("Ada", ["registered_manager", "senior_carer"]))
    fields = {"staff_member": {"name": "X", "roles": []}, "alert": {"rule": "r", "subject": str(uuid.uuid4()), "severity": "nudge"}}
    (result,) = tablet.sync([tablet.statement(kind, fields.get(kind, {}))])["results"]
    assert result["status"] == "quarantined" and result["errors"]


def test_an_emergency_entry_under_a_typed_name_is_taken_for_care_alone_and_stays_unverified(home, tablet, ama, edith):
    tablet.unlock(ama)
    typed = {"author": None, "grant": None, "author_name": "Agency Jo"}
    drink = tablet.drink(edith, 100, **typed)
    plan = tablet.statement("hydration_plan", {"resident": str(edith)}, **typed)
    nameless = tablet.drink(edith, 100, author=None, grant=None)
    answer = tablet.sync([drink, plan, nameless])
    assert [r["status"] for r in answer["results"]] == ["accepted", "quarantined", "quarantined"]
    change = next(c for c in answer["changes"] if c["record"] == drink["id"])
    assert change["author"] is None and "unverified" in change["flags"]
    named = tablet.statement(
        "hydration_check", {"performed_by": str(ama.id)}, record=drink["id"], parents=[drink["id"]]
    )
    change = tablet.sync([named])["changes"][-1]
    assert "unverified" not in change["flags"]


def test_a_grant_is_renewed_while_online_with_the_roles_held_now(home, tablet, ama):
    now = clock.now_ms()
    old, _ = grants.issue_grant(home.row.secret, home.uuid, tablet.id, ama.id, ["support_worker"], now - 5 * HOUR)
    answer = tablet.sync([], grant=old)
    fresh = grants.read_grant(home.row.secret, answer["grant"])
    assert fresh.roles == ("key_worker", "senior_carer") and fresh.expires_ms > now + 71 * HOUR


def test_a_foreign_home_s_ids_are_simply_unknown(house, home, tablet, ama, edith):
    elsewhere = house.home("Elsewhere")
    foreign = elsewhere.resident("Foreign Fred")
    tablet.unlock(ama)
    there = tablet.drink(foreign)
    nowhere = tablet.drink(uuid.uuid4())
    answer = tablet.sync([there, nowhere])
    assert [r["status"] for r in answer["results"]] == ["accepted", "accepted"]
    shown = {c["record"]: c["flags"] for c in answer["changes"]}
    assert shown[there["id"]] == shown[nowhere["id"]] == ["unknown person"]
    assert "Fred" not in json.dumps(answer)
    strange = elsewhere.tablet()
    strange.unlock(elsewhere.staff("Zoe", ["senior_carer"]))
    same_id = strange.drink(foreign, id=there["id"])
    assert strange.sync([same_id])["results"][0]["status"] == "accepted", "an id of another home is not used here"


def test_an_enrolment_link_works_once_and_within_its_day(house, home):
    now = clock.now_ms()
    with house.app.app_context():
        code = store.new_enrolment_code(home.id, "Willow 3", now_ms=now)
        old = store.new_enrolment_code(home.id, "Willow 4", now_ms=now - 25 * HOUR)
    client = house.app.test_client()
    answer = client.post("/api/v1/enrol", json={"code": code, "name": None})
    assert answer.status_code == 200
    assert answer.json["device"]["name"] == "Willow 3" and answer.json["home"]["name"] == "Larkfield"
    assert client.get("/api/v1/device", headers={"Authorization": f"Bearer {answer.json['token']}"}).status_code == 200
    for wrong in (code, old, "made-up", "1-x", "ffffffffffffffffffffff-x", ""):
        assert client.post("/api/v1/enrol", json={"code": wrong or " ", "name": "X"}).status_code == 403


def test_the_first_screen_knows_names_of_staff_and_nothing_about_residents(home, tablet, ama, edith):
    home.staff("Gone", ["support_worker"], valid_until="2020-01-01")
    body = tablet.client.get("/api/v1/device", headers=tablet.auth).json
    assert [person["name"] for person in body["staff"]] == ["Ama Mensah"]
    assert body["home"]["units"] == ["Willow"] and "Edith" not in json.dumps(body)


def test_a_tablet_that_the_restored_server_does_not_list_is_still_known_by_its_token(home, tablet, ama, edith):
    tablet.unlock(ama)
    home.sql("DELETE FROM device WHERE name = 'Willow 1'")
    assert tablet.sync([tablet.drink(edith)])["results"][0]["status"] == "accepted"


def test_the_home_s_own_devices_have_no_token(home, house):
    token = grants.issue_token(home.row.secret, home.uuid, home.row.device("system"))
    answer = house.app.test_client().get("/api/v1/device", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
