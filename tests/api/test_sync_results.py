"""The results table of protocol.md: every status, in order, made from what was committed."""

from __future__ import annotations

import hashlib
import json

import rfc8785


def digest_of(submission):
    return hashlib.sha256(rfc8785.dumps({k: v for k, v in submission.items() if k != "grant"})).hexdigest()


def test_a_drink_that_a_senior_carer_taps_is_accepted_and_comes_back_as_a_change(home):
    tablet, edith, ama = home.tablet(), home.resident(), home.staff()
    assert tablet.unlock(ama).status_code == 200
    drink = tablet.drink(edith, 150)
    answer = tablet.sync([drink])
    (result,) = answer["results"]
    assert result["id"] == drink["id"] and result["status"] == "accepted" and result["seq"] == 3
    assert result["digest"] == digest_of(drink)
    change = next(change for change in answer["changes"] if change["record"] == drink["id"])
    assert change["fields"]["drunk_ml"] == 150 and change["flags"] == [] and change["seq"] == 3
    assert not answer["locked"] and answer["head"]["seq"] == 3 and answer["head"]["hash"] == result["hash"]
    assert json.dumps(answer).count(tablet.grant) == 0
