"""Who is called, after how long, and what happens where nobody is there (care.md, Alerts 6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sync.ladder import DEFAULTS, LONGEST_RUNG_MINUTES, State, faults, from_record, is_due, ladder_for, next_step
from sync.messages import text
from sync.roles import ROLES

NOON, NIGHT = datetime(2026, 11, 22, 12, tzinfo=UTC), datetime(2026, 11, 22, 23, tzinfo=UTC)
EVERYBODY = frozenset(ROLES)


def minutes(count):
    return timedelta(minutes=count)


def climb(severity, reachable=EVERYBODY, start=NOON, steps=20):
    """[(minutes after the opening, roles told)] when nobody answers, and when it ends unhandled."""
    ladder, state, told = ladder_for(severity, (), start), State(0, 0, start), []
    for _ in range(steps):
        now = state.next_at
        step = next_step(ladder, state, now, reachable)
        when = int((now - start).total_seconds() // 60)
        if step.unhandled:
            return told, when
        told.append((when, set(step.tell)))
        state = step.state
    raise AssertionError("it never ends")


def test_senior_alerts_go_to_senior_carers_then_the_duty_manager_then_the_registered_manager():
    told, end = climb("senior")
    assert told == [(0, {"senior_carer"}), (30, {"duty_manager"}), (60, {"registered_manager"})]
    assert end == 90


@pytest.mark.parametrize("severity", ["urgent", "critical"])
def test_urgent_alerts_go_to_two_at_once_climb_at_20_and_40_minutes_and_loop_four_times(severity):
    told, end = climb(severity)
    assert told[:3] == [(0, {"senior_carer", "duty_manager"}), (20, {"registered_manager"}), (40, {"provider_lead", "nominated_individual"})]
    everyone = {"senior_carer", "duty_manager", "registered_manager", "provider_lead", "nominated_individual"}
    assert told[3:] == [(55, everyone), (70, everyone), (85, everyone), (100, everyone)]
    assert end == 115


def test_at_night_the_manager_on_call_is_told():
    assert climb("senior", start=NIGHT)[0][1] == (30, {"duty_manager", "deputy_manager"})
    assert climb("urgent", {"deputy_manager"}, start=NIGHT)[0][0] == (0, {"senior_carer", "duty_manager", "deputy_manager"})


def test_a_nudge_is_in_lists_only_and_never_climbs():
    assert next_step(ladder_for("nudge", (), NOON), State(0, 0, NOON), NOON, EVERYBODY) is None


def test_a_rung_without_anybody_is_passed_at_once_and_leaves_its_trace():
    step = next_step(ladder_for("senior", (), NOON), State(0, 0, NOON), NOON, {"duty_manager", "registered_manager"})
    assert step.tell == ("duty_manager",) and step.skipped == (("senior_carer",),)
    assert step.state == State(2, 0, NOON + minutes(30)) and step.next_roles == ("registered_manager",)


def test_where_nobody_at_all_can_be_reached_the_climb_goes_on_and_ends_unhandled():
    told, end = climb("urgent", frozenset())
    assert told == [(0, set()), (15, set()), (30, set()), (45, set()), (60, set())] and end == 75


def test_where_nobody_is_further_up_whoever_is_there_is_told_again_without_a_wait():
    told, end = climb("urgent", {"senior_carer"})
    assert [when for when, _ in told] == [0, 20, 35, 50, 65] and end == 80
    assert all(who == {"senior_carer", "duty_manager"} for _, who in told)


def test_after_downtime_one_step_is_taken_and_the_next_counts_from_now():
    late = NOON + timedelta(hours=5)
    step = next_step(ladder_for("senior", (), NOON), State(1, 0, NOON + minutes(30)), late, EVERYBODY)
    assert step.tell == ("duty_manager",) and step.state.next_at == late + minutes(30)


def test_nothing_happens_before_its_time():
    ladder = ladder_for("senior", (), NOON)
    assert next_step(ladder, State(1, 0, NOON + minutes(30)), NOON + minutes(30) - timedelta(milliseconds=1), EVERYBODY) is None
    assert next_step(ladder, State(1, 0, NOON + minutes(30)), NOON + minutes(30), EVERYBODY) is not None


def test_a_time_absurdly_far_ahead_was_written_under_a_wrong_clock_and_is_due():
    assert is_due(NOON + timedelta(days=3), NOON, minutes(30))
    assert not is_due(NOON + minutes(30), NOON, minutes(30))
    assert next_step(ladder_for("senior", (), NOON), State(1, 0, NOON + timedelta(days=1)), NOON, EVERYBODY).tell == ("duty_manager",)


def test_an_alert_without_a_next_step_takes_none():
    assert next_step(ladder_for("senior", (), NOON), State(1, 0, None), NOON, EVERYBODY) is None


def own(**more):
    fields = {"severity": "senior", "rungs": [{"roles": ["shift_leader"], "after_minutes": 0}, {"roles": ["deputy_manager"], "after_minutes": 10}],
              "repeat_minutes": 20, "loops": 1, **more}  # fmt: skip
    return {"record": "own", "seq": 5, "fields": fields}


def test_a_homes_own_ladder_is_used_for_its_severity():
    ladder = ladder_for("senior", [own()], NOON)
    assert ladder.version == "own" and ladder.rungs[1].after == minutes(10)
    assert ladder_for("urgent", [own()], NOON).version == "default"


def test_a_ladder_for_one_shift_is_used_in_that_shift_only():
    assert ladder_for("senior", [own(shift="night")], NOON).version == "default"
    assert ladder_for("senior", [own(shift="night")], NIGHT).version == "own"
    assert ladder_for("senior", [own(shift="2026-11-22/night")], NIGHT).version == "own"


def test_a_faulty_or_struck_out_ladder_never_silences_the_default():
    assert ladder_for("senior", [own(rungs=[])], NOON).version == "default"
    assert ladder_for("senior", [{**own(), "struck_out": True}], NOON).version == "default"


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"severity": "loud"}, "severity"),
        ({"rungs": []}, "rungs"),
        ({"rungs": None}, "rungs"),
        ({"rungs": [{"roles": ["cook"], "after_minutes": 0}]}, "roles"),
        ({"rungs": [{"roles": [], "after_minutes": 0}]}, "roles"),
        ({"rungs": [{"roles": ["senior_carer"], "after_minutes": 5}]}, "after"),
        ({"rungs": [{"roles": ["senior_carer"], "after_minutes": 0}, {"roles": ["duty_manager"], "after_minutes": -1}]}, "after"),
        ({"rungs": [{"roles": ["senior_carer"], "after_minutes": 0}, {"roles": ["duty_manager"], "after_minutes": LONGEST_RUNG_MINUTES + 1}]}, "too_long"),
        ({"repeat_minutes": 4}, "repeat"),
        ({"repeat_minutes": 121}, "repeat"),
        ({"loops": -1}, "loops"),
        ({"loops": 13}, "loops"),
        ({"loops": None}, "loops"),
    ],
)
def test_what_is_wrong_with_a_ladder_has_a_sentence(wrong, fault):
    assert fault in faults(own(**wrong)["fields"])
    assert text(f"alerts.ladder.{fault}")


def test_a_ladder_at_its_bounds_is_taken():
    rungs = [{"roles": ["senior_carer"], "after_minutes": 0}, {"roles": ["duty_manager"], "after_minutes": LONGEST_RUNG_MINUTES}]
    for repeat, loops in ((5, 0), (120, 12)):
        assert faults(own(rungs=rungs, repeat_minutes=repeat, loops=loops)["fields"]) == []


def test_the_defaults_have_no_faults_and_no_step_is_further_than_the_bound():
    assert [faults(fields) for fields in DEFAULTS if faults(fields)] == []
    assert all(from_record(fields).longest <= minutes(LONGEST_RUNG_MINUTES) for fields in DEFAULTS)


def test_a_units_own_ladder_goes_before_the_homes_and_one_that_waits_or_begins_later_does_not_hold():
    rungs = [{"roles": ["senior_carer"], "after_minutes": 0, "channels": ["push"]}]

    def own(record, **fields):
        return {"record": record, "seq": 1, "fields": {"severity": "senior", "rungs": rungs, "repeat_minutes": 30, "loops": 0, **fields}}

    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    changes = [
        own("home", proposed_by="a", approved_by="b", **{"from": "2026-11-01"}),
        own("willow", unit="Willow", proposed_by="a", approved_by="b"),
        own("waits", unit="Rowan", proposed_by="a"),
        own("later", unit="Oak", proposed_by="a", approved_by="b", **{"from": "2026-12-01"}),
    ]
    found = {unit: ladder_for("senior", changes, noon, unit=unit).version for unit in ("Willow", "Rowan", "Oak", None)}
    assert found == {"Willow": "willow", "Rowan": "home", "Oak": "home", None: "home"}
