"""What two people said about one entry, and what the record shows of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from sync import flags
from sync.kinds import kind
from sync.merge import Row, change, fold
from tests.rules.submissions import DEVICE, RESIDENT

NINE_PM = 1795381440000
ANNA, BEN, CHARLIE, SENIOR = (f"0193b0d2-0000-7000-8000-00000000a{n:03d}" for n in range(4))


def id_of(name: str) -> str:
    """A readable id: rows of these tests are called by a letter."""
    return f"0193b0d2-0000-7000-8000-{ord(name):012d}"


def row(name, fields, after="", *, by=ANNA, roles=("support_worker",), record="a", minutes=None, **more):
    """Row `name` of record `a`, saying `fields`, made by someone who had seen the rows named in `after`."""
    clock_ms = NINE_PM + 60_000 * (ord(name) - ord("a") if minutes is None else minutes)
    return Row(
        id=id_of(name), record=id_of(record), kind="hydration_check", seq=ord(name) - 96, fields=fields,
        clock=f"{clock_ms}-0000-{DEVICE}", parents=tuple(id_of(parent) for parent in after), author=by, roles=roles,
        device=DEVICE, occurred_ms=clock_ms, recorded_ms=clock_ms, received_ms=clock_ms,
    ) if not more else replace(row(name, fields, after, by=by, roles=roles, record=record, minutes=minutes), **more)  # fmt: skip


def folded(*rows):
    """The record, the same in every order of arrival (and when one row arrives twice)."""
    found = fold(kind, rows)
    for order in permutations(rows) if len(rows) < 6 else (rows[::-1],):
        assert fold(kind, (*order, order[0])) == found
    return found


def said(found, name):
    return [(value, chr(int(each.id[-12:]))) for value, each in found.conflicts.get(name, ())]


A_CUP = row("a", {"resident": RESIDENT, "outcome": "drank", "drunk_ml": 150, "vessel_ml": 200, "note": "hot"})


def by_senior(name, fields, after):
    return row(name, fields, after, by=SENIOR, roles=("senior_carer",))


def test_one_drink_shows_what_was_said():
    found = folded(A_CUP)
    assert found.values == dict(A_CUP.fields) and found.heads == [A_CUP.id] and not found.conflicts and not found.flags


def test_nothing_shows_before_the_first_entry_of_a_record_has_arrived():
    late = row("b", {"drunk_ml": 100}, "a")
    assert fold(kind, [late]) is None
    assert fold(kind, [late, A_CUP]).values["drunk_ml"] == 100


def test_a_correction_by_someone_who_saw_the_entry_replaces_it_and_leaves_the_rest():
    found = folded(A_CUP, row("b", {"drunk_ml": 100, "correction_reason": "Spilt"}, "a"))
    assert found.values == {**A_CUP.fields, "drunk_ml": 100}
    assert found.heads == [id_of("b")] and not found.conflicts and not found.flags
    assert "correction_reason" not in found.values


def test_two_who_corrected_without_seeing_each_other_are_both_shown_newest_first():
    found = folded(A_CUP, row("b", {"drunk_ml": 100}, "a", by=BEN), row("c", {"drunk_ml": 50}, "a", by=CHARLIE))
    assert found.values["drunk_ml"] == 50
    assert said(found, "drunk_ml") == [(50, "c"), (100, "b")]
    assert found.heads == [id_of("b"), id_of("c")]
    assert set(found.conflicts) == {"drunk_ml"}


def test_two_who_said_the_same_are_no_conflict():
    found = folded(A_CUP, row("b", {"drunk_ml": 100}, "a"), row("c", {"drunk_ml": 100}, "a"))
    assert not found.conflicts


def test_the_drink_is_shown_whole_and_never_as_half_of_each():
    refused = row("b", {"outcome": "refused", "drunk_ml": None, "vessel_ml": None}, "a")
    more = row("c", {"drunk_ml": 175}, "a")
    found = folded(A_CUP, refused, more)
    assert (found.values["outcome"], found.values["drunk_ml"]) == ("drank", 175)
    assert said(found, "outcome") == [("drank", "c"), ("refused", "b")]
    assert said(found, "drunk_ml") == [(175, "c"), (None, "b")], "a cleared field is null in a conflict"
    assert said(found, "vessel_ml") == [(200, "c"), (None, "b")]


def test_edits_of_different_things_do_not_disturb_each_other():
    found = folded(A_CUP, row("b", {"drunk_ml": 100}, "a"), row("c", {"note": "cold"}, "a"))
    assert found.values["drunk_ml"] == 100 and found.values["note"] == "cold" and not found.conflicts


def test_a_support_worker_corrects_but_only_a_senior_carer_ends_a_conflict():
    rows = [A_CUP, row("b", {"drunk_ml": 100}, "a"), row("c", {"drunk_ml": 50}, "a")]
    third = row("d", {"drunk_ml": 75}, "bc")
    found = folded(*rows, third)
    assert said(found, "drunk_ml") == [(75, "d"), (50, "c"), (100, "b")]
    assert folded(*rows, by_senior("d", {"drunk_ml": 75}, "bc")).conflicts == {}
    assert folded(*rows, third, by_senior("e", {"drunk_ml": 75}, "d")).conflicts == {}
    assert said(folded(*rows, third, by_senior("e", {"drunk_ml": 80}, "c")), "drunk_ml") == [(80, "e"), (75, "d"), (100, "b")]


def test_warning_signs_add_up_and_contradict_nobody():
    found = folded(
        A_CUP, row("b", {"red_flags": ["seizure", "choking"]}, "a"), row("c", {"red_flags": ["new confusion"]}, "a")
    )
    assert found.values["red_flags"] == ["choking", "new confusion", "seizure"] and not found.conflicts


def test_taking_an_entry_out_keeps_it_and_its_history():
    found = folded(A_CUP, row("b", {"struck_out": True, "correction_reason": "Wrong person"}, "a"))
    assert found.struck_out and found.values["drunk_ml"] == 150 and not found.conflicts
    told = change(found)
    assert told["struck_out"] and [each["submission"] for each in told["history"]] == [id_of("a"), id_of("b")]
    assert told["history"][1]["fields"]["correction_reason"] == "Wrong person"


STRIKE = row("b", {"struck_out": True, "correction_reason": "Wrong person"}, "a")
EDIT = row("c", {"drunk_ml": 100}, "a", by=BEN)


def test_a_strike_beside_an_edit_that_did_not_know_of_it_is_out_of_totals_and_shown():
    found = folded(A_CUP, STRIKE, EDIT)
    assert found.struck_out and found.values["drunk_ml"] == 100
    assert said(found, "struck_out") == [(False, "c"), (True, "b")]


def test_only_someone_who_may_decide_ends_a_strike_beside_an_edit():
    for keep in (True, False):
        fields = {"struck_out": keep, "correction_reason": "Checked"}
        found = folded(A_CUP, STRIKE, EDIT, by_senior("d", fields, "bc"))
        assert found.struck_out is keep and not found.conflicts
        found = folded(A_CUP, STRIKE, EDIT, row("d", fields, "bc"))
        assert found.struck_out and (True, "b") in said(found, "struck_out") and (False, "c") in said(found, "struck_out")


def test_an_edit_made_after_seeing_the_strike_is_no_conflict():
    found = folded(A_CUP, STRIKE, row("c", {"drunk_ml": 100}, "b"))
    assert found.struck_out and not found.conflicts


def test_a_difference_that_a_missing_row_may_settle_waits_and_alerts_nobody():
    late = row("d", {"drunk_ml": 75}, "c")
    rows = [A_CUP, row("b", {"drunk_ml": 100}, "a"), late]
    found = folded(*rows)
    assert found.waiting and not found.conflicts and {flags.WAITING, flags.UNKNOWN_PARENT} <= found.flags
    found = folded(*rows, row("c", {"note": "cold"}, "b"))
    assert not found.waiting and not found.conflicts and found.values["drunk_ml"] == 75
    found = folded(*rows, row("c", {"note": "cold"}, "a"))
    assert not found.waiting and said(found, "drunk_ml") == [(75, "d"), (100, "b")]


def test_a_real_conflict_is_shown_although_a_third_row_waits():
    found = folded(
        A_CUP, row("b", {"drunk_ml": 100}, "a"), row("c", {"drunk_ml": 50}, "a"), row("e", {"drunk_ml": 10}, "d")
    )
    assert found.waiting and said(found, "drunk_ml") == [(10, "e"), (50, "c"), (100, "b")]


def test_the_clock_says_what_is_shown_and_never_what_came_before():
    slow = row("b", {"drunk_ml": 100}, "a", minutes=-600)
    found = folded(A_CUP, slow)
    assert found.values["drunk_ml"] == 100 and not found.conflicts


def test_rows_that_name_each_other_or_themselves_order_nothing_and_lose_nothing():
    found = folded(A_CUP, row("b", {"drunk_ml": 100}, "bc"), row("c", {"drunk_ml": 50}, "bc"))
    assert said(found, "drunk_ml") == [(50, "c"), (100, "b")]
    assert found.heads == [id_of("b"), id_of("c")]
    found = folded(replace(A_CUP, parents=(id_of("b"), A_CUP.id)), row("b", {"drunk_ml": 100}, "a"))
    assert found.values["drunk_ml"] == 100 and not found.conflicts


def test_the_row_whose_id_is_the_records_creates_it_although_a_repair_would_too():
    repair = row("b", {"resident": RESIDENT, "outcome": "refused"}, "", minutes=-10, repairs=id_of("a"))
    found = folded(A_CUP, repair)
    assert found.creator is not repair and found.creator.id == A_CUP.id
    assert found.values["outcome"] == "refused"


def test_of_two_repairs_of_a_refused_creation_the_earlier_creates_the_record():
    rows = [
        row(name, {"resident": RESIDENT, "outcome": outcome}, "", repairs=id_of("a"))
        for name, outcome in (("c", "asleep"), ("b", "refused"))
    ]
    found = folded(*rows, row("d", {"note": "woke later"}, "a"))
    assert found.creator.id == id_of("b") and found.record == id_of("a")
    assert found.values["outcome"] == "asleep", "the creator is before all others"
    assert not found.waiting and flags.UNKNOWN_PARENT not in found.flags, "a repair stands in for what it repairs"


def test_a_row_that_calls_the_record_something_else_is_kept_flagged_and_changes_nothing():
    other = row("b", {"words": "slept well", "note": "x"}, "a", kind="daily_note")
    found = folded(A_CUP, other)
    assert found.values == dict(A_CUP.fields) and found.heads == [A_CUP.id]
    assert flags.OTHER_KIND in found.flags and len(change(found)["history"]) == 2


def test_a_correction_without_a_reason_is_flagged_and_finishing_an_open_cup_is_not_one():
    assert flags.NO_REASON in folded(A_CUP, row("b", {"drunk_ml": 100}, "a")).flags
    assert flags.NO_REASON not in folded(A_CUP, row("b", {"override_reason": "asked"}, "a")).flags
    given = row("a", {"resident": RESIDENT, "outcome": "given", "offered_ml": 200})
    drank = row("b", {"outcome": "drank", "drunk_ml": 180}, "a")
    assert flags.NO_REASON not in folded(given, drank).flags
    assert flags.NO_REASON in folded(given, drank, row("c", {"drunk_ml": 90}, "b")).flags


def test_an_entry_under_a_typed_name_stays_unverified_until_a_senior_says_who_it_was():
    typed = replace(A_CUP, author=None, author_name="Pat from the agency", roles=())
    assert folded(typed).flags == {flags.UNVERIFIED}
    assert change(folded(typed))["author"] is None and change(folded(typed))["author_name"] == "Pat from the agency"
    assert flags.UNVERIFIED in folded(typed, row("b", {"performed_by": BEN}, "a")).flags
    assert flags.UNVERIFIED not in folded(typed, by_senior("b", {"performed_by": BEN}, "a")).flags


def test_moving_an_entry_in_time_moves_it_by_the_offset_of_the_tablet_that_moved_it():
    moved = row("b", {"occurred_at": "2026-11-22T20:30:00+00:00", "correction_reason": "Clock"}, "a", offset_ms=-60_000)
    found = folded(A_CUP, moved)
    assert change(found)["occurred_at"] == "2026-11-22T20:29:00+00:00"
    assert change(folded(A_CUP))["occurred_at"] == "2026-11-22T21:04:00+00:00"


def test_delays_that_two_people_added_are_all_kept():
    def delay(name, what):
        return {"id": id_of(name), "what": what}

    first = row("a", {"shift": "2026-11-22/day", "delays": [delay("x", "bell")]}, kind="deployment_observation")
    rows = [
        replace(row("b", {"delays": [delay("x", "bell"), delay("y", "wash")]}, "a"), kind="deployment_observation"),
        replace(row("c", {"delays": [delay("x", "bell"), delay("z", "tea")]}, "a"), kind="deployment_observation"),
    ]
    found = folded(first, *rows)
    assert [each["what"] for each in found.values["delays"]] == ["bell", "wash", "tea"] and not found.conflicts
    differently = replace(rows[1], fields={"delays": [delay("x", "call bell"), delay("z", "tea")]})
    assert set(folded(first, rows[0], differently).conflicts) == {"delays"}


def test_a_change_has_every_name_that_the_protocol_gives_it():
    told = change(folded(A_CUP), ["unknown person"])
    assert set(told) == {
        "record", "kind", "seq", "author", "device", "occurred_at", "recorded_at", "received_at", "fields", "heads",
        "conflicts", "struck_out", "flags",
    }  # fmt: skip
    assert told["flags"] == ["unknown person"] and told["seq"] == 1
    told = change(folded(A_CUP, row("b", {"drunk_ml": 1}, "a"), row("c", {"drunk_ml": 2}, "a", by=BEN)))
    assert told["seq"] == 3 and len(told["history"]) == 3
    assert told["conflicts"]["drunk_ml"][0] == {
        "value": 2, "author": BEN, "occurred_at": "2026-11-22T21:06:00+00:00", "submission": id_of("c"),
    }  # fmt: skip


def test_a_plan_stays_with_whom_it_was_made_for_whoever_writes_another_name_into_it_and_says_so():
    other = "0193b0d2-0000-7000-8000-00000000bbbb"
    plan = row("a", {"resident": RESIDENT, "limit_ml": 1000}, kind="hydration_plan")
    moved = row("b", {"resident": other, "limit_ml": 1200}, "a", by=BEN, kind="hydration_plan")
    beside = row("c", {"resident": other.replace("b", "c")}, "a", by=CHARLIE, kind="hydration_plan")
    for rows in ([plan, moved], [plan, moved, beside]):
        found = folded(*rows)
        assert found.values["resident"] == RESIDENT and found.values["limit_ml"] == 1200 and "resident" not in found.conflicts
        assert flags.STAYS in found.flags and change(found)["history"][1]["fields"]["resident"] == other
    again = folded(plan, row("b", {"resident": RESIDENT, "limit_ml": 900}, "a", kind="hydration_plan"))
    assert flags.STAYS not in again.flags and again.values["limit_ml"] == 900
    drink = folded(A_CUP, row("b", {"resident": other}, "a"))
    assert drink.values["resident"] == other and flags.STAYS not in drink.flags, "a drink of the wrong person is moved"
