"""Every record kind: its names and codes are those of kinds.md, and its fast check is marshmallow's own."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import RAISE, ValidationError

from sync import flags
from sync.envelope import OK, QUARANTINED, judge
from sync.fields import Code, check_fields, plan_of, time_ms
from sync.kinds import ALWAYS, NEVER, OPEN, RECENT, kind, kinds
from sync.messages import section
from sync.roles import ROLES, TIDEMARK
from tests.rules.submissions import RESIDENT, submission
from tests.rules.test_envelope_properties import ANYTHING, MANY

VECTORS = sorted(Path(__file__).parents[1].joinpath("vectors").glob("*.json"))
EVERY = [
    (path.stem, verdict, example)
    for path in VECTORS
    if kind(path.stem)
    for verdict in ("accepted", "refused")
    for example in json.loads(path.read_text(encoding="utf-8"))[verdict]
]


def in_words(value):
    return value["name"] if isinstance(value, dict) else value


@pytest.mark.parametrize(("name", "verdict", "example"), EVERY, ids=in_words)
def test_the_examples_that_tablet_and_server_share(name, verdict, example):
    entry = submission(example["fields"], kind=name)
    if example.get("later"):
        entry["record"] = str(uuid.uuid4())
    judged = judge(entry)
    if verdict == "accepted":
        assert judged.status == OK, judged.errors
    else:
        assert judged.status == QUARANTINED and set(judged.errors) == {example["field"]}


# What kinds.md prints in bold, and what a tablet holds.
FIXED = {
    "hydration_check": ("resident outcome", RECENT),
    "shift_hydration_check": ("shift resident finding", RECENT),
    "escalation": ("resident decision", OPEN),
    "appointment": ("resident type starts_at", OPEN),
    "appointment_outcome": ("appointment attendance", OPEN),
    "follow_up": ("about what", OPEN),
    "allocation": ("shift unit rationale", ALWAYS),
    "deployment_observation": ("shift unit from to actual", RECENT),
    "feedback": ("words", NEVER),
    "contact": ("resident about", RECENT),
    "incident": ("happened_at type", RECENT),
    "daily_note": ("resident words", RECENT),
    "care_review_note": ("resident words", RECENT),
    "duty": ("what", ALWAYS),
    "emergency_look": ("", RECENT),
    "emergency_note": ("room words", OPEN),
    "absence": ("resident type from", ALWAYS),
    "handover": ("shift from to", RECENT),
    "double_check": ("one other decision", RECENT),
}
GOVERNANCE = "improvement_action review audit minute governance_report log_entry complaint practice_observation staff_account feedback_summary".split()
SET_UP = (
    "resident hydration_plan staff_member rota_shift vessel dependency_score shift_sample threshold ladder standard "
    "attachment set_aside alert call_number record_system standard_read"
).split()


def test_every_kind_of_the_notes_is_here():
    assert set(kinds()) == {*FIXED, *GOVERNANCE, *SET_UP}


@pytest.mark.parametrize("name", FIXED)
def test_care_kinds_require_what_is_printed_in_bold_and_take_a_typed_name(name):
    found = kind(name)
    assert (" ".join(sorted(found.required)), found.holds) == (" ".join(sorted(FIXED[name][0].split())), FIXED[name][1])
    assert found.care and found.writers is None
    assert "performed_by" in plan_of(found.fields)


@pytest.mark.parametrize("name", [*GOVERNANCE, *SET_UP])
def test_nothing_but_care_takes_a_typed_name_and_governance_never_reaches_a_tablet(name):
    assert not kind(name).care
    assert name not in GOVERNANCE or kind(name).holds == NEVER


@pytest.mark.parametrize("name", sorted(kinds()))
def test_what_a_kind_says_of_its_fields_is_about_fields_that_it_has(name):
    found = kind(name)
    fields = set(plan_of(found.fields))
    named = {*found.required, *found.sets, *found.lists, *found.refers, *(f for group in found.groups for f in group)}
    named |= {found.subject, found.dated_by} - {None}
    assert named <= fields
    assert {"occurred_at", "correction_reason", "struck_out"} <= fields


CODES = {
    ("shift_hydration_check", "finding"): "complete gaps low_intake",
    ("appointment_outcome", "attendance"): "attended attended_part late_not_seen person_declined cancelled_by_service "
    "cancelled_by_provider not_supported_to_attend rescheduled awaiting_update",
    ("appointment_outcome", "actions_required"): "listed none",
    ("appointment_outcome", "care_plan_change"): "needed not_needed done",
    ("follow_up", "status"): "open done not_needed",
    ("alert", "severity"): "nudge senior urgent critical",
    ("alert", "status"): "open acknowledged snoozed resolved withdrawn unhandled",
    ("improvement_action", "status"): "open closed escalated changed",
    ("minute", "type"): "challenge assurance decision",
    ("governance_report", "decision"): "assured further_action",
    ("hydration_check", "outcome"): "given drank refused asleep out unwell nil_by_mouth restriction_reached "
    "unsafe_to_swallow left_within_reach not_observed comfort_only other",
}


@pytest.mark.parametrize(("name", "field"), CODES)
def test_a_printed_list_of_codes_is_closed_and_whole(name, field):
    codes = CODES[name, field].split()
    for code in codes:
        assert check_fields(plan_of(kind(name).fields), {field: code})[1] == {}
    for other in ("", codes[0].upper(), f"{codes[0]} ", "something_else", 5):
        assert set(check_fields(plan_of(kind(name).fields), {field: other})[1]) == {field}


def test_feedback_is_a_persons_or_a_roles():
    for fields, status in (
        ({"words": "Long wait", "resident": RESIDENT}, OK),
        ({"words": "Rushed", "staff_role": "support_worker"}, OK),
        ({"words": "Long wait"}, QUARANTINED),
    ):
        assert judge(submission(fields, kind="feedback")).status == status


def test_scores_counts_and_amounts_of_every_kind_are_never_negative():
    for found in kinds().values():
        for name in plan_of(found.fields):
            if name.endswith(("_ml", "_minutes")) or name in ("ml", "size", "count"):
                assert name in check_fields(plan_of(found.fields), {name: -1})[1], (found.name, name)


@settings(max_examples=400 * MANY // 2, deadline=None)
@given(st.data())
def test_the_fast_check_is_marshmallows_own(data):
    found = data.draw(st.sampled_from(sorted(kinds().values(), key=lambda each: each.name)))
    plan = plan_of(found.fields)
    likely = st.sampled_from(
        (RESIDENT, "2026-11-22T21:04:00Z", "2026-11-22", "07:30", "drank", True, 0, 4, 0.5, 150.0, -1, [], ["x"], [RESIDENT], {},
         [{"role": "x", "count": 2}], [{"id": "x", "at": "noon"}], None)
    )  # fmt: skip
    fields = data.draw(st.dictionaries(st.sampled_from([*plan, "surprise"]), likely | ANYTHING, max_size=11))
    kept, errors = check_fields(plan, fields)
    try:
        loaded, refused = found.fields().load(fields, unknown=RAISE), {}
    except ValidationError as error:
        loaded, refused = error.valid_data, error.messages
    assert set(errors) == set(refused)
    assert repr(sorted(kept.items())) == repr(sorted(loaded.items()))
    for name in errors:
        if name in plan:
            assert errors[name] == refused[name]


def test_a_time_is_rfc_3339_with_an_offset():
    assert time_ms("2026-11-22T21:04:00.5+00:00") == 1795381440500
    assert time_ms("2026-11-22T22:04:00+01:00") == time_ms("2026-11-22T21:04:00Z") == 1795381440000
    assert time_ms("2026-12-31T23:59:60Z") == time_ms("2027-01-01T00:00:00Z")
    for wrong in ("2026-11-22T21:04:00", "2026-11-22T24:00:00Z", "2026-13-01T00:00:00Z", "２０26-11-22T21:04:00Z", ""):
        assert time_ms(wrong) is None


def test_every_closed_code_and_field_of_a_drink_has_words_for_people():
    words = section("refusals.fields")
    assert set(plan_of(kind("hydration_check").fields)) <= set(words)


def test_every_kind_role_and_closed_code_has_words_for_people():
    assert set(section("kinds.names")) == set(kinds())
    assert {*ROLES, TIDEMARK} == set(section("kinds.roles"))
    for found in kinds().values():
        for name, field in found.fields().load_fields.items():
            if isinstance(field, Code):
                where = "alert" if name == "severity" else found.name
                assert set(section(f"kinds.{where}.{name}")) == set(field.codes)


def test_every_flag_has_words_for_people():
    names = {value for name, value in vars(flags).items() if name.isupper()}
    assert names == set(section("kinds.flags"))


def test_every_kind_has_examples():
    assert set(kinds()) <= {path.stem for path in VECTORS}
