"""An alert is moved by people and by a follower who never wait for each other."""

from __future__ import annotations

from itertools import permutations

from sync.kinds import kind
from sync.merge import Row, fold
from tests.rules.submissions import DEVICE, RESIDENT

NINE_PM = 1795381440000
ANNA, BEN = (f"0193b0d2-0000-7000-8000-00000000a{n:03d}" for n in range(2))
TIDEMARK, PEOPLE = ("tidemark",), ("support_worker",)


def id_of(name: str) -> str:
    return f"0193b0d2-0000-7000-8000-{ord(name):012d}"


def row(name, fields, after, by, roles):
    clock_ms = NINE_PM + 60_000 * (ord(name) - ord("a"))
    return Row(
        id=id_of(name), record=id_of("a"), kind="alert", seq=ord(name) - 96, fields=fields, roles=roles, author=by,
        clock=f"{clock_ms}-0000-{DEVICE}", parents=tuple(id_of(parent) for parent in after), occurred_ms=clock_ms,
    )  # fmt: skip


def follower(name, fields, after=""):
    return row(name, fields, after, "tidemark", TIDEMARK)


def person(name, fields, after, by=ANNA):
    return row(name, fields, after, by, PEOPLE)


def opening(name, number, after="", **more):
    fields = {"status": "open", "opened_at": "2026-11-22T21:00:00Z", "opening": number, "severity": "senior", **more}
    return follower(name, {"rule": "hydration.behind_pace", "subject": RESIDENT, **fields}, after)


def folded(*rows):
    found = fold(kind, rows)
    assert all(fold(kind, order) == found for order in permutations(rows))
    return found


OPENED = opening("a", 1)
ACK = {"status": "acknowledged", "owner": ANNA}


def test_someone_dealing_with_it_is_shown_with_their_name():
    found = folded(OPENED, person("b", ACK, "a"))
    assert found.values["status"] == "acknowledged" and found.values["owner"] == ANNA and not found.conflicts


def test_an_acknowledgement_made_offline_outranks_the_follower_that_had_given_up_and_is_no_conflict():
    for status in ("unhandled", "withdrawn"):
        found = folded(OPENED, follower("c", {"status": status}, "a"), person("b", ACK, "a"))
        assert found.values["status"] == "acknowledged" and not found.conflicts


def test_an_acknowledgement_of_this_mornings_opening_does_not_silence_this_evenings():
    again = opening("d", 2, "b", severity="urgent")
    withdrawn = follower("b", {"status": "withdrawn"}, "a")
    found = folded(OPENED, withdrawn, again, person("e", ACK, "a"))
    assert found.values["status"] == "open" and found.values["severity"] == "urgent" and not found.conflicts
    found = folded(OPENED, withdrawn, again, person("e", ACK, "d"))
    assert found.values["status"] == "acknowledged"


def test_of_two_people_who_did_not_know_of_each_other_the_one_who_resolved_it_is_shown_and_both_are_kept():
    found = folded(OPENED, person("b", {"status": "resolved"}, "a"), person("c", {"status": "acknowledged"}, "a", BEN))
    assert found.values["status"] == "resolved"
    assert [value for value, _ in found.conflicts["status"]] == ["acknowledged", "resolved"]


def test_two_owners_are_both_shown():
    found = folded(OPENED, person("b", ACK, "a"), person("c", {**ACK, "owner": BEN}, "a", BEN))
    assert found.values["status"] == "acknowledged"
    assert [value for value, _ in found.conflicts["owner"]] == [BEN, ANNA]
    assert set(found.conflicts) == {"owner"}


def test_every_status_of_one_opening_has_its_rank():
    order = ["resolved", "acknowledged", "snoozed", "unhandled", "withdrawn"]
    for higher, lower in zip(order, order[1:], strict=False):
        for first, second in ((higher, lower), (lower, higher)):
            rows = [
                (follower if status in ("unhandled", "withdrawn") else person)(name, {"status": status}, "a", *by)
                for name, status, by in (("b", first, ()), ("c", second, ()))
            ]
            assert folded(OPENED, *rows).values["status"] == higher


def test_a_colleague_who_saw_two_acknowledgements_resolves_it_without_a_conflict():
    found = folded(
        OPENED,
        person("b", {"status": "acknowledged"}, "a"),
        person("c", {"status": "acknowledged"}, "a", BEN),
        person("d", {"status": "resolved", "outcome": "drank 200ml"}, "bc"),
    )
    assert found.values["status"] == "resolved" and not found.conflicts


def test_after_a_resolution_a_new_opening_is_open_again():
    found = folded(OPENED, person("b", {"status": "resolved"}, "a"), opening("c", 2, "b"))
    assert found.values["status"] == "open" and found.values["opening"] == 2 and not found.conflicts
    assert kind("alert").still_open(found.values)


def test_the_follower_writing_how_far_it_climbed_never_meets_a_persons_word():
    found = folded(OPENED, follower("b", {"rung": 2, "loop": 0, "next_at": "2026-11-22T22:00:00Z"}, "a"), person("c", ACK, "a"))
    assert found.values["rung"] == 2 and found.values["status"] == "acknowledged" and not found.conflicts
