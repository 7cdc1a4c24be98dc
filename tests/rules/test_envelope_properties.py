"""Judging holds for anything that JSON can say."""

from __future__ import annotations

import json
import os
from hashlib import sha256

import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.canonical import NoCanonicalForm, _deep, canonical, plain, settled
from sync.envelope import OK, QUARANTINED, RETRY, judge, reread
from tests.rules.submissions import RESIDENT, submission

# Half characters, NUL and numbers that no double holds are all things that a parser hands on.
TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)
NUMBERS = st.integers() | st.floats() | st.integers(-(2**53) - 1, 2**53 + 1) | st.floats(-1e6, 1e6) | st.just(-0.0)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXT
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=20
)
# `TIDEMARK_EXAMPLES=20` looks ten times as long.
MANY = int(os.environ.get("TIDEMARK_EXAMPLES", "2"))
MEMBERS = tuple(submission()) + ("repairs", "author_name", "surprise")


@settings(max_examples=500 * MANY // 5, deadline=None)
@given(ANYTHING)
def test_no_json_at_all_can_make_judging_fail(entry):
    judged = judge(entry)
    assert judged.status in (OK, RETRY, QUARANTINED)
    assert (judged.status == QUARANTINED) == bool(judged.errors)
    json.dumps(judged.errors).encode()


@settings(max_examples=500 * MANY // 5, deadline=None)
@given(st.sampled_from(MEMBERS), ANYTHING, st.dictionaries(st.sampled_from(sorted(submission()["fields"])), ANYTHING))
def test_one_wild_member_or_field_never_makes_judging_fail(member, value, fields):
    entry = submission()
    entry["fields"].update(fields)
    entry[member] = value
    judged = judge(entry)
    assert (judged.status == QUARANTINED) == bool(judged.errors)
    "".join([*judged.errors, *(s for each in judged.errors.values() for s in each)]).encode()
    if judged.status == OK:
        # A rebuild reads what the ledger kept and has to see the same.
        again = reread(json.loads(judged.canonical))
        assert {**again, "grant": None} == {**judged.submission, "grant": None}
        assert repr(sorted(again["fields"].items())) == repr(sorted(judged.fields.items()))


@settings(max_examples=1000 * MANY // 5, deadline=None)
@given(ANYTHING)
def test_the_fast_canonical_form_is_the_librarys_own(value):
    try:
        expected = rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, ValueError):
        expected = None
    try:
        found = canonical(value)
    except NoCanonicalForm:
        found = None
    assert found == expected


@settings(max_examples=2000 * MANY // 5, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False) | st.floats(1e-6, 1e-3) | st.floats(1e14, 1e16) | st.floats(0, 1))
def test_every_fraction_that_takes_the_fast_path_is_written_as_ecmascript_writes_it(number):
    for each in (number, -number):
        assert canonical([each]) == rfc8785.dumps([each])


@settings(max_examples=500 * MANY // 5, deadline=None)
@given(st.dictionaries(TEXT, SCALARS, max_size=6))
def test_names_are_sorted_by_utf_16_unit_whatever_they_hold(value):
    try:
        expected = rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, ValueError):
        return
    assert canonical(value) == expected


@settings(max_examples=300 * MANY // 5, deadline=None)
@given(ANYTHING)
def test_whatever_is_accepted_reads_back_from_the_ledger_to_the_same_form(value):
    entry = submission({"resident": RESIDENT, "decision": "x", "sbard": value}, kind="escalation")
    if judge(entry).status == OK:
        form, back = settled(value)
        assert canonical(back) == form == rfc8785.dumps(json.loads(form))


@settings(max_examples=500 * MANY // 5, deadline=None)
@given(ANYTHING)
def test_the_form_of_what_is_nested_deep_is_the_librarys_too(value):
    try:
        expected = rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, ValueError):
        expected = None
    try:
        found = _deep(value)
    except NoCanonicalForm:
        found = None
    assert found == expected


def test_a_pit_of_brackets_has_a_digest_and_is_put_aside():
    for depth in (600, 950, 1000, 1020, 5000):
        pit: list = []
        for _ in range(depth):
            pit = [pit]
        judged = judge(submission({"note": pit}))
        assert judged.status == QUARANTINED and judged.digest and judged.id and set(judged.errors) == {"note"}


def test_a_common_drink_takes_the_fast_path():
    assert plain(submission())


def test_the_same_content_has_the_same_digest_however_it_was_spelt():
    entry = submission()
    spelt = json.loads(json.dumps(entry).replace('"drunk_ml": 150', '"drunk_ml": 150.0'))
    assert judge(spelt).digest == judge(entry).digest
    assert repr(sorted(judge(spelt).fields.items())) == repr(sorted(judge(entry).fields.items()))
    del entry["grant"]
    assert judge(spelt).digest == sha256(rfc8785.dumps(entry)).hexdigest()
