"""The results table of protocol.md: every status, in order, made from what was committed."""

from __future__ import annotations

import hashlib
import json
import uuid

import pytest
import rfc8785
from sqlalchemy import select

from server.db import reading
from server.records.tables import quarantine


def digest_of(submission):
    return hashlib.sha256(rfc8785.dumps({k: v for k, v in submission.items() if k != "grant"})).hexdigest()


def statuses(answer):
    return [result["status"] for result in answer["results"]]


def test_a_drink_that_a_senior_carer_taps_is_accepted_and_comes_back_as_a_change(tablet, edith):
    drink = tablet.drink(edith, 150)
    answer = tablet.sync([drink])
    (result,) = answer["results"]
    assert result == {
        "id": drink["id"], "status": "accepted", "digest": digest_of(drink), "seq": 3, "hash": answer["head"]["hash"],
    }  # fmt: skip
    change = next(change for change in answer["changes"] if change["record"] == drink["id"])
    assert change["fields"]["drunk_ml"] == 150 and change["flags"] == [] and change["seq"] == 3
    assert change["heads"] == [drink["id"]] and change["conflicts"] == {} and "history" not in change
    assert not answer["locked"] and answer["head"]["seq"] == 3 and answer["safe"] is None and answer["resend"] == []
    assert tablet.grant not in json.dumps(answer)


def test_the_same_drink_sent_twice_is_one_drink_and_the_second_answer_says_where_it_is(home, tablet, edith):
    drink = tablet.drink(edith)
    first = tablet.sync([drink])["results"][0]
    again = tablet.sync([drink, drink])
    assert statuses(again) == ["duplicate", "duplicate"]
    assert {(r["seq"], r["hash"], r["digest"]) for r in again["results"]} == {(first["seq"], first["hash"], first["digest"])}
    assert len(home.rows()) == 3


def test_the_same_drink_twice_in_one_batch_is_stored_once(home, tablet, edith):
    drink = tablet.drink(edith)
    answer = tablet.sync([drink, drink])
    assert statuses(answer) == ["accepted", "duplicate"]
    assert answer["results"][0]["seq"] == answer["results"][1]["seq"] == 3 == answer["head"]["seq"]


def test_a_drink_accepted_before_is_a_duplicate_even_when_its_grant_is_gone(tablet, edith):
    drink = tablet.drink(edith)
    tablet.sync([drink])
    assert statuses(tablet.sync([{**drink, "grant": "worn out"}])) == ["duplicate"]


def test_the_same_id_with_other_content_is_set_aside_and_the_first_stays_as_it_was(home, tablet, edith):
    drink = tablet.drink(edith, 150)
    tablet.sync([drink])
    other = {**drink, "fields": {**drink["fields"], "drunk_ml": 20}}
    answer = tablet.sync([other])
    assert statuses(answer) == ["quarantined"] and "id" in answer["results"][0]["errors"]
    assert home.record(drink["id"])["fields"]["drunk_ml"] == 150
    assert home.sql("SELECT COUNT(*) FROM quarantine")[0][0] == 1
    assert statuses(tablet.sync([other])) == ["quarantined"]
    assert home.sql("SELECT COUNT(*) FROM quarantine")[0][0] == 1, "the same refused entry was kept twice"


def test_four_of_five_are_accepted_when_one_is_bad_and_the_bad_one_says_which_field(home, tablet, edith):
    good = [tablet.drink(edith, ml) for ml in (100, 120, 140, 160)]
    bad = tablet.drink(edith, -5)
    answer = tablet.sync([*good[:2], bad, *good[2:]])
    assert statuses(answer) == ["accepted", "accepted", "quarantined", "accepted", "accepted"]
    assert [r["id"] for r in answer["results"]] == [s["id"] for s in [*good[:2], bad, *good[2:]]]
    refused = answer["results"][2]
    assert list(refused["errors"]) == ["drunk_ml"] and refused["errors"]["drunk_ml"][0].endswith(".")
    assert refused["digest"] == digest_of(bad) and "seq" not in refused
    notes = [row for row in home.rows() if row["submission"]["kind"] == "set_aside"]
    assert [note["submission"]["fields"]["of"] for note in notes] == [bad["id"]]
    assert notes[0]["header"]["origin"] == "system" and notes[0]["header"]["role"] == ["tidemark"]


def test_what_the_server_does_not_know_yet_is_asked_for_again_and_kept_nowhere(home, tablet, edith):
    strange = tablet.statement("moon_phase", {"phase": "full"})
    newer = tablet.drink(edith, schema=999)
    answer = tablet.sync([strange, newer, tablet.drink(edith)])
    assert statuses(answer) == ["retry", "retry", "accepted"]
    assert home.sql("SELECT COUNT(*) FROM quarantine")[0][0] == 0
    assert answer["resend"] == [[1, 2]], "what was not taken is still missing"


def test_a_sealed_entry_whose_key_has_not_come_is_asked_for_again(home, tablet):
    sealed = {"id": str(uuid.uuid4()), "number": 1, "digest": "0" * 64, "kid": "k", "sealed": "a.b.c"}
    assert statuses(tablet.sync([sealed], keys={"another": "x"})) == ["retry"]
    assert home.sql("SELECT COUNT(*) FROM quarantine")[0][0] == 0


def test_a_refused_entry_put_right_by_another_one_is_no_longer_open(home, tablet, edith):
    bad = tablet.drink(edith, -5)
    tablet.sync([bad])
    repair = tablet.drink(edith, 50, record=bad["record"], repairs=bad["id"])
    answer = tablet.sync([repair])
    assert statuses(answer) == ["accepted"]
    assert home.record(bad["record"])["fields"]["drunk_ml"] == 50
    assert home.sql("SELECT state FROM quarantine")[0][0] == "repaired"


@pytest.mark.parametrize("together", [False, True], ids=["one after the other", "in one batch"])
def test_a_repair_that_comes_before_the_refused_entry_puts_it_right_all_the_same(home, tablet, edith, together):
    good = tablet.drink(edith, 150)
    tablet.sync([good])
    drink, change = tablet.drink(edith, -5), tablet.statement("hydration_check", {"drunk_ml": -9}, record=good["id"])
    repairs = [
        tablet.drink(edith, 50, record=drink["id"], repairs=drink["id"]),
        tablet.statement("hydration_check", {"drunk_ml": 90}, record=good["id"], repairs=change["id"]),
    ]
    other = tablet.drink(edith, -7)
    answers = [tablet.sync([*repairs, drink, change, other])] if together else [tablet.sync(repairs), tablet.sync([drink, change, other])]
    assert [status for answer in answers for status in statuses(answer)] == ["accepted"] * 2 + ["quarantined"] * 3
    with home.house.app.app_context(), reading() as c:
        ended = {row.id: row.state_by for row in c.execute(select(quarantine))}
    assert ended == {uuid.UUID(drink["id"]): uuid.UUID(repairs[0]["id"]), uuid.UUID(change["id"]): uuid.UUID(repairs[1]["id"]), uuid.UUID(other["id"]): None}
    assert sorted(row[0] for row in home.sql("SELECT state FROM quarantine")) == ["open", "repaired", "repaired"]


def test_a_refused_entry_that_is_fit_later_enters_under_its_own_id(home, tablet, edith):
    drink = tablet.drink(edith)
    assert statuses(tablet.sync([{**drink, "grant": "not ours"}])) == ["quarantined"]
    assert statuses(tablet.sync([drink])) == ["accepted"]
    assert home.sql("SELECT state FROM quarantine")[0][0] == "accepted"
    assert statuses(tablet.sync([drink])) == ["duplicate"]


def test_results_hold_exactly_what_was_committed(home, tablet, edith):
    answer = tablet.sync([tablet.drink(edith, ml) for ml in (10, 20, 30)])
    stored = {row["header"]["id"]: row for row in home.rows()}
    for result in answer["results"]:
        row = stored[result["id"]]
        assert (row["header"]["seq"], row["hash"], row["header"]["digest"]) == (result["seq"], result["hash"], result["digest"])


def test_a_correction_shows_the_new_amount_with_its_history(tablet, edith):
    drink = tablet.drink(edith, 150)
    tablet.sync([drink])
    correction = tablet.statement(
        "hydration_check", {"drunk_ml": 90, "correction_reason": "read the jug wrong"}, record=drink["id"], parents=[drink["id"]]
    )
    change = tablet.sync([correction])["changes"][0]
    assert change["fields"]["drunk_ml"] == 90 and change["fields"]["outcome"] == "drank"
    assert [told["submission"] for told in change["history"]] == [drink["id"], correction["id"]]
    assert change["conflicts"] == {} and change["flags"] == []


def test_two_people_who_correct_without_knowing_of_each_other_are_both_shown(tablet, edith):
    drink = tablet.drink(edith, 150)
    tablet.sync([drink])
    both = [
        tablet.statement("hydration_check", {"drunk_ml": ml, "correction_reason": "mine"}, record=drink["id"], parents=[drink["id"]])
        for ml in (90, 70)
    ]
    change = tablet.sync(both)["changes"][-1]
    assert sorted(said["value"] for said in change["conflicts"]["drunk_ml"]) == [70, 90]
