"""What the server says about one entry, decided from that entry alone (protocol.md)."""

from __future__ import annotations

import hashlib
import uuid

import pytest
import rfc8785
from sync.envelope import OK, QUARANTINED, RETRY, judge, refused_by_role
from sync.kinds import kind as kind_named
from sync.messages import section
from tests.rules.submissions import A_DRINK, RESIDENT, STAFF, correction, submission


def refused(entry) -> set[str]:
    """The names of what is wrong with an entry; every one has a sentence."""
    judged = judge(entry)
    assert judged.status == QUARANTINED, judged
    assert judged.errors
    for sentences in judged.errors.values():
        assert sentences and all(sentence.endswith((".", "?")) for sentence in sentences)
    return set(judged.errors)


def with_fields(**fields):
    return submission({**A_DRINK, **fields})


def test_a_drink_as_a_tablet_sends_it_is_accepted_with_its_digest():
    entry = submission()
    judged = judge(entry)
    assert judged.status == OK and judged.errors == {}
    del entry["grant"]
    assert judged.digest == hashlib.sha256(rfc8785.dumps(entry)).hexdigest()
    assert judged.creates and judged.occurred_ms == 1795381440000 and judged.recorded_ms == 1795381449120


def test_the_digest_does_not_depend_on_the_grant():
    entry = submission()
    assert judge(entry).digest == judge({**entry, "grant": "renewed"}).digest


@pytest.mark.parametrize("entry", [None, True, 7, 1.5, "text", [], [submission()]])
def test_what_is_not_an_object_is_put_aside_at_its_place_without_an_id(entry):
    assert refused(entry) == {"submission"}
    assert judge(entry).id is None


@pytest.mark.parametrize("given", [None, "", 5, ["x"], ...])
def test_an_entry_without_an_id_is_put_aside(given):
    assert refused(submission(id=given, record=RESIDENT)) >= {"id"}
    assert judge(submission(id=given, record=RESIDENT)).id is None


def test_a_nul_character_in_a_note_is_put_aside_and_has_a_digest():
    assert refused(with_fields(note="a\0b")) == {"note"}
    assert judge(with_fields(note="a\0b")).digest


def test_half_an_emoji_in_a_note_is_put_aside_and_has_no_digest():
    assert refused(with_fields(note="ok \ud83d")) == {"note"}
    assert judge(with_fields(note="ok \ud83d")).digest is None
    assert judge(with_fields(note="ok \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"))).status == OK


@pytest.mark.parametrize("number", [2**53, -(2**53), 10**400, float("inf"), float("-inf"), float("nan")])
def test_a_number_that_is_too_large_is_put_aside_and_has_no_digest(number):
    entry = with_fields(drunk_ml=number)
    assert refused(entry) == {"drunk_ml"}
    assert judge(entry).digest is None


def test_a_whole_number_too_large_is_put_aside_however_it_was_spelt():
    for number in (2**53, float(2**53), 1e20):
        assert refused(submission({"resident": RESIDENT, "decision": "x", "sbard": [number]}, kind="escalation")) == {"sbard"}
    assert judge(submission({"resident": RESIDENT, "decision": "x", "sbard": [1e300]}, kind="escalation")).status == OK


def test_nesting_beyond_8_is_put_aside():
    def nested(depth):
        value = "deep"
        for _ in range(depth):
            value = [value]
        return submission(
            {"resident": RESIDENT, "decision": "called 111", "sbard": value}, kind="escalation"
        )  # the entry is 1 deep, its fields 2

    assert judge(nested(6)).status == OK
    assert refused(nested(7)) == {"sbard"}
    for depth in (40, 300, 900):
        assert refused(nested(depth)) == {"sbard"}
        assert judge(nested(depth)).id


def test_an_entry_over_64_kb_is_put_aside_and_one_just_under_is_not():
    assert judge(with_fields(note="x" * 63_000)).status == OK
    assert refused(with_fields(note="x" * 65_536)) == {"submission"}
    assert refused(with_fields(note="é" * 33_000)) == {"submission"}


def test_a_long_note_within_64_kb_is_accepted_as_it_is():
    entry = with_fields(note="Drank well. " * 4000)
    assert judge(entry).fields["note"] == entry["fields"]["note"]


@pytest.mark.parametrize(
    "members", [{"kind": "not_yet_known"}, {"schema": 2}, {"kind": "not_yet_known", "schema": 9, "surprise": 1}]
)
def test_an_unknown_kind_or_newer_form_is_asked_for_again_before_it_is_checked(members):
    judged = judge(submission({"what": "ever", "drunk_ml": -5}, clock="no clock", **members))
    assert judged.status == RETRY and judged.errors == {} and judged.id


@pytest.mark.parametrize("members", [
    {"kind": ...}, {"kind": None}, {"kind": 3}, {"schema": ...}, {"schema": None}, {"schema": "1"}, {"schema": 1.5},
    {"schema": True}, {"schema": 0}, {"schema": -1}, {"kind": "not_yet_known", "schema": "2"},
])  # fmt: skip
def test_a_missing_kind_or_a_version_that_is_no_number_is_put_aside_and_never_asked_for_again(members):
    assert refused(submission(**members)) == {"kind" if "schema" not in members else "schema"}


def test_what_no_server_could_keep_is_put_aside_even_under_an_unknown_kind():
    assert refused(submission({"note": "\0"}, kind="not_yet_known")) == {"note"}


REQUIRED = [
    "record", "kind", "schema", "parents", "author", "occurred_at", "recorded_at", "offset_ms", "seen", "clock", "nonce",
    "number", "fields",
]  # fmt: skip


@pytest.mark.parametrize("member", REQUIRED)
def test_an_entry_that_lacks_part_of_its_envelope_is_put_aside(member):
    assert member in refused(submission(**{member: ...}))


MALFORMED = [
    ("id", "12"), ("id", "0193b0d2-0000-7000-8000-0000000000zz"), ("record", "x"), ("record", None), ("record", 4),
    ("parents", None), ("parents", "x"), ("parents", ["x"]), ("parents", [None]), ("parents", {}),
    ("author", "Joan"), ("author", 7), ("grant", 7), ("grant", {}),
    ("occurred_at", "yesterday"), ("occurred_at", "2026-11-22T21:04:00"), ("occurred_at", "2026-02-30T21:04:00Z"),
    ("occurred_at", "2026-11-22"), ("occurred_at", "2026-11-22 21:04:00+00:00"), ("occurred_at", 1795381449120),
    ("occurred_at", "2026-11-22T25:04:00Z"), ("occurred_at", "2026-11-22T21:04:00+0000"), ("occurred_at", None),
    ("recorded_at", "20261122T210400Z"), ("recorded_at", None), ("recorded_at", "2026-W47-7T21:04:00Z"),
    ("offset_ms", "5"), ("offset_ms", 1.5), ("offset_ms", True), ("seen", -1), ("seen", "5"), ("seen", False),
    ("clock", None), ("clock", "1795381449120"), ("clock", "1795381449120-000g-" + STAFF), ("clock", 5),
    ("clock", "179538144912-0000-" + STAFF), ("clock", "1795381449120-0000-tablet"),
    ("nonce", None), ("nonce", "9f0c"), ("nonce", "9F0C" * 8), ("nonce", "9f0g" * 8), ("nonce", "9f0c" * 9), ("nonce", 9),
    ("number", 0), ("number", -3), ("number", None), ("number", "1"), ("number", 1.5), ("number", True),
    ("fields", []), ("fields", "x"), ("repairs", "x"), ("repairs", 5),
    ("author_name", ""), ("author_name", " "), ("author_name", "x" * 81), ("author_name", 5),
]  # fmt: skip


@pytest.mark.parametrize(("member", "value"), MALFORMED)
def test_an_entry_with_a_malformed_envelope_is_put_aside(member, value):
    assert member in refused(submission(**{member: value}))


@pytest.mark.parametrize(("member", "value"), [
    ("occurred_at", "2026-11-22t21:04:00z"), ("occurred_at", "2026-11-22T22:04:00.123456789+01:00"),
    ("recorded_at", "2026-12-31T23:59:60Z"), ("occurred_at", "2026-06-30T23:59:60-00:00"), ("offset_ms", None),
    ("seen", None), ("seen", 0), ("repairs", None), ("author_name", None), ("author_name", "Jo"), ("schema", 1.0),
    ("id", "0193B0D2-0000-7000-8000-00000000ABCD"), ("parents", [RESIDENT, RESIDENT]), ("offset_ms", -(2**53 - 1)),
    ("id", "11111111-1111-1111-1111-111111111111"), ("occurred_at", "0001-01-01T00:00:00Z"),
])  # fmt: skip
def test_unusual_but_sound_envelopes_are_accepted(member, value):
    judged = judge(submission(**{member: value}, **({"record": value} if member == "id" else {})))
    assert judged.status == OK, judged.errors


def test_an_unknown_member_or_field_is_put_aside_and_named():
    assert refused(submission(surprise=1)) == {"surprise"}
    assert refused(with_fields(surprise=None)) == {"surprise"}


def test_a_time_more_than_a_minute_after_saving_is_put_aside_wherever_it_stands():
    saved = "2026-11-22T21:00:00+00:00"
    assert judge(submission(occurred_at="2026-11-22T21:01:00Z", recorded_at=saved)).status == OK
    assert refused(submission(occurred_at="2026-11-22T21:01:00.001Z", recorded_at=saved)) == {"occurred_at"}
    moved = correction(submission(), {"occurred_at": "2026-11-22T22:02:00+01:00"}, occurred_at=saved, recorded_at=saved)
    assert refused(moved) == {"occurred_at"}
    moved["fields"] = {"occurred_at": "2026-11-22T20:15:00+00:00"}
    assert judge(moved).moved_ms == 1795378500000


def test_taking_an_entry_out_needs_a_reason():
    first = submission()
    for reason in ({}, {"correction_reason": None}, {"correction_reason": "  "}):
        assert refused(correction(first, {"struck_out": True, **reason})) == {"correction_reason"}
    assert judge(correction(first, {"struck_out": True, "correction_reason": "Wrong person"})).status == OK
    assert judge(correction(first, {"struck_out": False})).status == OK


def test_a_correction_without_a_reason_is_accepted():
    assert judge(correction(submission(), {"drunk_ml": 100})).status == OK


def test_an_entry_with_an_author_needs_a_grant_and_the_server_itself_needs_none():
    for grant in (None, ..., ""):
        assert refused(submission(grant=grant)) == {"grant"}
    assert judge(submission(grant=None), trusted=True).status == OK


def test_a_typed_name_records_care_without_a_sign_in_and_nothing_else():
    emergency = {"author": None, "grant": None}
    assert judge(submission(**emergency, author_name="Pat from the agency")).status == OK
    assert judge(submission(**{**emergency, "grant": ...}, author_name="P" * 80)).status == OK
    assert refused(submission(**emergency)) == {"author_name"}
    assert refused(submission(**emergency, author_name="P" * 81)) == {"author_name"}
    assert "author" in refused(submission(author=None, author_name="Pat"))
    assert refused(submission({"preferred_name": "Joan"}, kind="resident", **emergency, author_name="Pat")) == {"author"}


def test_a_repaired_creation_keeps_the_old_record_and_creates_it():
    old = str(uuid.uuid4())
    assert judge(submission(record=old, repairs=old)).creates
    assert refused(submission({"drunk_ml": 5}, record=old, repairs=old)) == {"resident", "outcome"}
    assert judge(submission({"drunk_ml": 5}, record=old, repairs=str(uuid.uuid4()))).status == OK


def test_a_later_entry_may_arrive_first_and_set_one_field():
    judged = judge(submission({"drunk_ml": 5}, record=str(uuid.uuid4())))
    assert judged.status == OK and not judged.creates


def test_ids_are_the_same_in_upper_and_lower_case():
    upper = submission(id="0193B0D2-0000-7000-8000-00000000ABCD", record="0193b0d2-0000-7000-8000-00000000abcd")
    judged = judge(upper)
    assert judged.creates and judged.submission["id"] == upper["id"].lower()
    assert judged.id == upper["id"], "a tablet recognises its own spelling"


@pytest.mark.parametrize(("kind", "roles", "wrong"), [
    ("hydration_check", [], set()), ("hydration_check", ["support_worker"], set()), ("complaint", ["support_worker"], set()),
    ("resident", ["support_worker"], {"kind"}), ("resident", ["senior_carer"], set()), ("vessel", ["nutrition_lead"], set()),
    ("hydration_plan", ["rota_coordinator"], {"kind"}), ("hydration_plan", ["support_worker", "care_coordinator"], set()),
    ("rota_shift", ["senior_carer"], {"kind"}), ("rota_shift", ["rota_coordinator"], set()),
    ("dependency_score", ["shift_leader"], set()), ("threshold", ["registered_manager"], {"kind"}),
    ("ladder", ["provider_lead"], {"kind"}), ("staff_member", ["registered_manager"], {"kind"}),
    ("shift_sample", ["registered_manager"], {"kind"}), ("set_aside", ["registered_manager"], {"kind"}),
    ("alert", ["registered_manager"], {"kind"}), ("standard", ["duty_manager"], {"kind"}),
    ("standard", ["care_coordinator"], set()), ("review", ["deputy_manager"], set()), ("audit", ["senior_carer"], {"kind"}),
])  # fmt: skip
def test_set_up_and_governance_check_the_role_inside_the_grant_and_care_does_not(kind, roles, wrong):
    required = {"resident": RESIDENT, "outcome": "refused", "rule": "x", "subject": "x", "severity": "senior"}
    required |= {"name": "Jo", "roles": ["support_worker"]}
    fields = {name: value for name, value in required.items() if name in kind_named(kind).required}
    judged = judge(submission(fields, kind=kind))
    assert judged.status == OK, judged.errors
    assert set(refused_by_role(judged, roles)) == wrong


@pytest.mark.parametrize(("fields", "wrong"), [
    ({"status": "acknowledged", "owner": STAFF}, set()), ({"status": "resolved", "outcome": "drank 200ml"}, set()),
    ({"status": "withdrawn"}, {"status"}), ({"status": "unhandled"}, {"status"}), ({"severity": "nudge"}, {"severity"}),
    ({"opened_at": "2026-11-22T21:04:00Z"}, {"opened_at"}), ({"status": "open"}, set()), ({"evidence": "seen"}, set()),
])  # fmt: skip
def test_people_move_an_alert_and_only_a_follower_opens_regrades_or_withdraws_it(fields, wrong):
    judged = judge(submission(fields, kind="alert", record=str(uuid.uuid4())))
    assert judged.status == OK, judged.errors
    assert set(refused_by_role(judged, ["registered_manager"])) == wrong


def test_every_refusal_is_a_sentence_that_names_no_machinery():
    for key, sentence in section("refusals").items():
        if isinstance(sentence, str):
            assert sentence[0].isupper() or sentence[0] == "{", key
            assert not {"null", "JSON", "UUID", "schema", "server"} & set(sentence.replace(",", " ").split()), key


def test_an_entry_whose_answers_are_null_is_put_aside():
    assert refused({**submission(), "fields": None}) == {"fields"}
