"""An older app against a newer server, and the reverse: nobody's entry is lost, and nobody's fields are touched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync import kinds
from sync.fields import Text, Whole, schema_of

NAME = "fixture_round"
OLD = {"what": Text(), "count": Whole()}
NEW = {**OLD, "floor": Text(), "weather": Text()}


def _kind(fields, version):
    schema = schema_of(f"fixture_round_{version}", fields)
    return replace(kinds.kinds()["daily_note"], name=NAME, fields=schema, required=frozenset(), version=version, subject=None, refers=())


@pytest.fixture
def server_knows():
    """`server_knows(version)`: from then on this server knows version 1 or 3 of the kind; None is a server that knows none."""
    known = dict(kinds.kinds())

    def knows(version):
        kinds.kinds().pop(NAME, None)
        if version is not None:
            kinds.kinds()[NAME] = _kind(NEW if version == 3 else OLD, version)

    yield knows
    kinds.kinds().clear()
    kinds.kinds().update(known)


@pytest.fixture
def tablet(home):
    made = home.tablet()
    made.unlock(home.staff())
    return made


def _statuses(answer):
    return [result["status"] for result in answer["results"]]


@pytest.mark.parametrize("schema", [1, 2, 3])
def test_an_app_up_to_two_versions_older_is_taken_by_a_newer_server(home, tablet, server_knows, schema):
    server_knows(3)
    note = tablet.statement(NAME, {"what": "round", "count": 2}, schema=schema)
    assert _statuses(tablet.sync([note])) == ["accepted"]
    assert home.record(note["id"])["fields"] == {"what": "round", "count": 2}


def test_an_older_app_corrects_a_newer_record_and_leaves_what_it_does_not_know_untouched(home, tablet, server_knows):
    server_knows(3)
    newer, older = tablet, home.tablet("An older app")
    older.unlock(home.staff("Ben", ["senior_carer"]))
    note = newer.statement(NAME, {"what": "round", "count": 2, "floor": "first", "weather": "hot"}, schema=3)
    newer.sync([note])
    told = {change["record"]: change for change in older.sync()["changes"]}[note["id"]]
    assert told["fields"]["weather"] == "hot", "unknown fields travel to an app that does not know them"
    change = older.statement(NAME, {"count": 3}, schema=1, record=note["id"], parents=told["heads"])
    assert _statuses(older.sync([change])) == ["accepted"]
    assert home.record(note["id"])["fields"] == {"what": "round", "count": 3, "floor": "first", "weather": "hot"}


def test_a_newer_app_waits_for_an_older_server_and_holds_up_nothing(home, tablet, server_knows):
    server_knows(1)
    resident = home.resident()
    first, newer, last = tablet.drink(resident), tablet.statement(NAME, {"what": "round", "floor": "first"}, schema=3), tablet.drink(resident)
    before = len(home.rows())
    assert _statuses(tablet.sync([first, newer, last])) == ["accepted", "retry", "accepted"]
    assert len(home.rows()) == before + 2, "nothing of it was kept"
    assert tablet.sync()["resend"] == [[2, 2]], "its number has not arrived"
    server_knows(3)
    assert _statuses(tablet.sync([newer])) == ["accepted"]
    assert tablet.sync()["resend"] == []
    assert home.record(newer["id"])["fields"] == {"what": "round", "floor": "first"}


def test_a_kind_that_the_server_does_not_know_yet_waits_and_is_judged_only_when_it_does(home, tablet, server_knows):
    server_knows(None)
    bad = tablet.statement(NAME, {"what": 5}, schema=1)
    assert _statuses(tablet.sync([bad])) == ["retry"], "decided before validation"
    server_knows(1)
    assert _statuses(tablet.sync([bad])) == ["quarantined"]


def test_a_field_of_a_newer_version_under_an_old_version_number_is_set_aside(tablet, server_knows):
    server_knows(1)
    told = tablet.sync([tablet.statement(NAME, {"what": "round", "floor": "first"}, schema=1)])
    assert _statuses(told) == ["quarantined"] and list(told["results"][0]["errors"]) == ["floor"]


def test_a_protocol_too_old_is_told_to_update_and_loses_nothing(home, tablet):
    drink = tablet.drink(home.resident())
    before = len(home.rows())
    refused = tablet.post(tablet.envelope([drink], protocol=0, cursor=5, pending="?"))
    assert refused.status_code == 409 and refused.json["update_required"] is True
    assert len(home.rows()) == before
    assert _statuses(tablet.sync([drink])) == ["accepted"], "the updated app sends it from its queue"


def test_a_protocol_newer_than_the_server_is_not_told_to_update(tablet):
    refused = tablet.post(tablet.envelope([], protocol=2))
    assert refused.status_code == 409 and refused.json["update_required"] is False
