"""One online unlock anywhere lets a person unlock every tablet of the home offline; nothing but their PIN opens it."""

from __future__ import annotations

import base64
import json
import uuid

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from jwcrypto import jwe, jwk

from server import clock
from server.config import Config
from server.people import store
from server.records.intake import Statement
from sync import days
from sync.fields import time_ms
from tests.harness.apps import PIN, rfc3339

DAY_MS = 24 * 3_600_000


def raw(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def private_key(key, pin=PIN):
    """As a tablet opens it: the PIN stretched, the box opened."""
    under = PBKDF2HMAC(hashes.SHA256(), 32, raw(key["salt"]), key["rounds"]).derive(pin.encode())
    box = raw(key["box"])
    return json.loads(AESGCM(under).decrypt(box[:12], box[12:], None))


def granted(person, pin=PIN):
    """The grant in a listed person's JWE, opened with their PIN."""
    token = jwe.JWE(algs=["ECDH-ES+A256KW", "A256GCM"])
    token.deserialize(person["grant"], jwk.JWK(**private_key(person, pin)))
    return json.loads(token.payload)


def listed(tablet, **members):
    return tablet.client.post("/api/v1/device/keys", json={"grant": tablet.grant, **members}, headers=tablet.auth)


def test_a_right_pin_brings_a_key_pair_that_only_the_pin_opens_and_the_next_unlock_brings_the_same(home, ama):
    key = home.tablet().unlock(ama).json["unlock_key"]
    assert set(key) == {"salt", "rounds", "public", "box"} and len(raw(key["salt"])) == 16
    private = private_key(key)
    assert {name: private[name] for name in key["public"]} == key["public"] and "d" not in key["public"] and private["d"]
    with pytest.raises(InvalidTag):
        private_key(key, "000001")
    assert home.tablet("Willow 2").unlock(ama).json["unlock_key"] == key


def test_a_tablet_in_use_stretches_a_pin_by_half_a_million_rounds(home):
    assert Config.unlock_rounds == 500_000


def test_a_new_pin_makes_a_new_key_and_the_old_pin_opens_nothing_that_comes_after(house, home, ama):
    tablet = home.tablet()
    before = tablet.unlock(ama).json["unlock_key"]
    with house.app.app_context():
        store.set_pin(home.id, ama.id, "271828", now_ms=clock.now_ms())
    assert home.sql("SELECT COUNT(*) FROM unlock_key")[0][0] == 0
    after = tablet.unlock(ama, "271828").json["unlock_key"]
    assert after["public"] != before["public"] and private_key(after, "271828")
    with pytest.raises(InvalidTag):
        private_key(after)


def test_a_wrong_pin_brings_no_key_and_notes_nothing(home, ama):
    answer = home.tablet().unlock(ama, "000001")
    assert answer.status_code == 403 and "unlock_key" not in answer.json
    assert home.sql("SELECT COUNT(*) FROM unlock_key")[0][0] == 0


def test_somebody_who_unlocked_another_tablet_online_can_unlock_this_one_offline_and_what_they_save_is_accepted(home, ama):
    jo, edith = home.staff("Jo Bell", ["support_worker"]), home.resident("Edith")
    home.tablet("Willow 1").unlock(jo)
    here = home.tablet("Willow 2")
    here.unlock(ama)
    people = {person["name"]: person for person in listed(here).json["people"]}
    assert set(people) == {"Ama Mensah", "Jo Bell"} and people["Jo Bell"]["roles"] == ["support_worker"]
    found = granted(people["Jo Bell"])
    assert set(found) == {"grant", "expires_at", "home_key"} and found["home_key"]["kid"]
    here.grant, here.person = found["grant"], jo
    assert here.sync([here.drink(edith)])["results"][0]["status"] == "accepted"


def test_who_has_never_unlocked_online_or_not_for_a_fortnight_is_not_listed(home, ama):
    home.staff("Never Here")
    long_ago = home.staff("Long Ago")
    home.tablet("Willow 1").unlock(long_ago)
    home.sql(f"UPDATE unlock_key SET online_ms = online_ms - {14 * DAY_MS + 60_000}")
    here = home.tablet("Willow 2")
    here.unlock(ama)
    assert [person["name"] for person in listed(here).json["people"]] == ["Ama Mensah"]
    home.tablet("Willow 3").unlock(long_ago)
    assert [person["name"] for person in listed(here).json["people"]] == ["Ama Mensah", "Long Ago"]


def test_who_has_left_or_whose_access_ended_is_not_listed(house, home, ama):
    ended, left = home.staff("Ended"), home.staff("Left", valid_until="2030-01-01")
    here = home.tablet()
    for person in (ended, left, ama):
        here.unlock(person)
    assert len(listed(here).json["people"]) == 3
    with house.app.app_context():
        store.revoke_person(home.id, ended.id, at_ms=clock.now_ms() - 1, now_ms=clock.now_ms())
    home.sql(f"UPDATE staff SET ends_ms = {clock.now_ms() - 1} WHERE name = 'Left'")
    assert [person["name"] for person in listed(here).json["people"]] == ["Ama Mensah"]


def test_without_a_live_grant_of_this_tablet_nobody_is_named(house, home, ama):
    here, there = home.tablet("Willow 1"), home.tablet("Willow 2")
    here.unlock(ama)
    there.unlock(ama)
    for grant in ("", "nonsense", there.grant):
        answer = listed(here, grant=grant)
        assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert listed(here, grant=None).status_code == 400
    elsewhere = house.home("Elsewhere")
    other = elsewhere.tablet()
    other.unlock(elsewhere.staff("Bo"))
    assert [person["name"] for person in listed(other).json["people"]] == ["Bo"]


# ---- an agency worker, added at the bedside ----


def add(tablet, **members):
    said = {"grant": tablet.grant, "name": "Agency Sam", "pin": "482913", **members}
    return tablet.client.post("/api/v1/staff/agency", json=said, headers=tablet.auth)


def test_a_senior_carer_adds_an_agency_worker_who_can_record_at_once_until_the_shift_ends(home, ama):
    tablet, edith = home.tablet(), home.resident("Edith")
    tablet.unlock(ama)
    answer = add(tablet)
    assert answer.status_code == 201 and set(answer.json) == {"staff", "valid_until"}
    who = answer.json["staff"]
    assert who["name"] == "Agency Sam" and who["roles"] == ["support_worker"]
    record = home.record(who["id"])
    assert record["author"] == str(ama.id) and record["fields"]["agency"] is True
    assert record["fields"]["added_by"] == str(ama.id) and record["fields"]["valid_until"] == answer.json["valid_until"]
    entered = tablet.client.post("/api/v1/unlock", json={"staff": who["id"], "pin": "482913"}, headers=tablet.auth)
    assert entered.status_code == 200
    drink = tablet.drink(edith, author=who["id"], grant=entered.json["grant"])
    assert tablet.sync([drink])["results"][0]["status"] == "accepted"
    home.sql(f"UPDATE staff SET ends_ms = {clock.now_ms() - 1} WHERE name = 'Agency Sam'")
    assert tablet.client.post("/api/v1/unlock", json={"staff": who["id"], "pin": "482913"}, headers=tablet.auth).status_code == 403


@pytest.mark.parametrize(
    ("members", "name"),
    [({"name": "  "}, "name"), ({"name": "x" * 81}, "name"), ({"name": "a\0b"}, "name"), ({"pin": "12345"}, "pin"),
     ({"pin": "777777"}, "pin"), ({"pin": "12345a"}, "pin"), ({"until": "tomorrow"}, "until"),
     ({"until": "2020-01-01T00:00:00+00:00"}, "until"), ({"until": "2099-01-01T00:00:00+00:00"}, "until")],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_its_name_and_nobody_is_added(home, ama, members, name):
    tablet = home.tablet()
    tablet.unlock(ama)
    before = len(home.rows())
    answer = add(tablet, **members)
    assert answer.status_code == 400 and list(answer.json["errors"]) == [name] and answer.json["errors"][name][0].endswith(".")
    assert len(home.rows()) == before


def test_a_support_worker_adds_nobody(home):
    tablet = home.tablet()
    tablet.unlock(home.staff("Jo", ["support_worker"]))
    assert add(tablet).status_code == 403 and add(tablet, grant=str(uuid.uuid4())).status_code == 403


def test_the_same_request_again_after_a_lost_answer_adds_nobody_twice_and_changes_nothing(home, ama):
    tablet = home.tablet()
    tablet.unlock(ama)
    id_ = str(uuid.uuid4())
    first, again, other_pin = add(tablet, id=id_), add(tablet, id=id_), add(tablet, id=id_, pin="592837")
    assert [answer.status_code for answer in (first, again, other_pin)] == [201] * 3
    assert first.json == again.json == other_pin.json and first.json["staff"]["id"] == id_
    assert [row[0] for row in home.sql("SELECT COUNT(*) FROM staff WHERE name = 'Agency Sam'")] == [1]
    unlock = {"staff": id_, "pin": "482913"}
    assert tablet.client.post("/api/v1/unlock", json=unlock, headers=tablet.auth).status_code == 200, "the PIN is the first one's"
    assert add(tablet, id=str(uuid.uuid4())).json["staff"]["id"] != id_, "another request adds another person"


def test_an_id_that_stands_for_something_else_adds_nobody_and_opens_nothing(home, ama):
    tablet, edith, priya = home.tablet(), home.resident("Edith"), home.staff("Priya Shah", ["duty_manager"])
    tablet.unlock(priya)
    mine = add(tablet).json["staff"]["id"]
    tablet.unlock(ama)
    for taken in (str(edith), str(ama.id), mine):
        answer = add(tablet, id=taken)
        assert answer.status_code == 400 and list(answer.json["errors"]) == ["id"]
    assert add(tablet, id="no id").status_code == 400


def one_more(tablet, who, seen, **members):
    return tablet.client.post(f"/api/v1/staff/agency/{who}/renew", json={"grant": tablet.grant, "valid_until": seen, **members}, headers=tablet.auth)


def test_a_senior_gives_an_agency_worker_one_shift_more_and_asking_twice_gives_no_second(home, ama):
    tablet = home.tablet()
    tablet.unlock(ama)
    added = add(tablet).json
    who, ends = added["staff"]["id"], added["valid_until"]
    next_end = rfc3339(days.to_ms(days.shift_bounds(days.shift_of(days.from_ms(time_ms(ends))))[1]))
    renewed = one_more(tablet, who, ends)
    assert renewed.status_code == 200 and renewed.json["valid_until"] == next_end != ends, "the shift after the one that they were added for"
    assert one_more(tablet, who, ends).json == renewed.json, "the same tap again, or another senior's"
    record = home.record(who)
    assert record["fields"]["valid_until"] == next_end and record["history"][-1]["author"] == str(ama.id), "who renewed it is in the record"
    assert one_more(tablet, who, next_end).json["errors"]["until"], "never further than the next shift"
    # The shift is over, and they are asked to stay.
    over = rfc3339(clock.now_ms() - 60_000)
    home.append(Statement(record=uuid.UUID(who), kind="staff_member", fields={"valid_until": over}, occurred_ms=clock.now_ms()))
    unlock = {"staff": who, "pin": "482913"}
    assert tablet.client.post("/api/v1/unlock", json=unlock, headers=tablet.auth).status_code == 403
    assert one_more(tablet, who, over).json["valid_until"] == rfc3339(days.to_ms(days.shift_bounds(days.shift_of(days.from_ms(clock.now_ms())))[1]))
    assert tablet.client.post("/api/v1/unlock", json=unlock, headers=tablet.auth).status_code == 200, "with the same PIN"


def test_whose_access_a_manager_ended_is_renewed_by_nobody_and_a_support_worker_renews_nobody(home, ama):
    tablet = home.tablet()
    tablet.unlock(ama)
    added = add(tablet).json
    who, ends = added["staff"]["id"], added["valid_until"]
    for other in (str(ama.id), str(uuid.uuid4())):
        assert one_more(tablet, other, ends).status_code == 400
    with home.house.app.app_context():
        store.revoke_person(home.id, uuid.UUID(who), at_ms=clock.now_ms(), now_ms=clock.now_ms())
    assert list(one_more(tablet, who, ends).json["errors"]) == ["id"]
    tablet.unlock(home.staff("Jo", ["support_worker"]))
    assert one_more(tablet, who, ends).status_code == 403 and one_more(tablet, who, ends, grant="no grant").status_code == 403
