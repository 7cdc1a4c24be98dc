"""A record is the same for any order, grouping or repetition of its rows, however odd their parents are."""

from __future__ import annotations

import os
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.kinds import kind
from sync.merge import Row, change, fold
from tests.rules.merge_by_hand import DRINK, ByHand, group_of
from tests.rules.submissions import DEVICE

# `TIDEMARK_EXAMPLES=20` looks ten times as long.
MANY = int(os.environ.get("TIDEMARK_EXAMPLES", "2"))

IDS = [f"0193b0d2-0000-7000-8000-00000000000{n}" for n in range(8)]
RECORD, ELSEWHERE = IDS[0], "0193b0d2-0000-7000-8000-0000000000ff"
LOST = "0193b0d2-0000-7000-8000-00000000aaaa"
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "outcome": st.sampled_from(("drank", "given", "refused")),
        "drunk_ml": st.sampled_from((None, 100, 150)),
        "drink": st.sampled_from(("tea", "water")),
        "note": st.sampled_from((None, "a", "b")),
        "red_flags": st.sampled_from((None, [], ["choking"], ["seizure", "choking"])),
        "struck_out": st.sampled_from((True, True, False, None)),
        "correction_reason": st.sampled_from(("Wrong person", "Spilt")),
        "performed_by": st.sampled_from((DEVICE, RECORD)),
    },
)


@st.composite
def records(draw):
    """Up to eight rows of one record: rings, self-parents, unknown parents, other kinds, several creators, repairs."""
    rows = []
    for n, row_id in enumerate(IDS[: draw(st.integers(1, 8))]):
        # Mostly parents that came earlier, as tablets send; sometimes any at all.
        drink = n == 0 or draw(st.integers(0, 4)) > 0
        pool = IDS[:n] if draw(st.integers(0, 3)) and n else [*IDS, LOST]
        rows.append(
            Row(
                id=row_id,
                record=RECORD,
                kind="hydration_check" if drink else "daily_note",
                seq=n + 1,
                clock=f"{1795381449120 + draw(st.integers(0, 3))}-0000-{DEVICE}",
                fields=draw(FIELDS),
                parents=tuple(draw(st.lists(st.sampled_from(pool), max_size=3))),
                repairs=draw(st.sampled_from((None, None, None, RECORD, ELSEWHERE, LOST))) if drink else None,
                author=DEVICE,
                roles=draw(st.sampled_from(((), ("support_worker",), ("senior_carer",), ("support_worker", "key_worker")))),
            )
        )
    if draw(st.booleans()) and len(rows) > 1:
        rows = rows[1:]  # the creator has not arrived, unless a repair creates it
    return rows


def plain(folded):
    return folded and (
        folded.values,
        {name: [(value, row.id) for value, row in said] for name, said in folded.conflicts.items()},
        folded.struck_out,
        folded.waiting,
        folded.heads,
    )


@settings(max_examples=1500 * MANY // 5, deadline=None)
@given(records())
def test_the_fold_is_what_the_protocol_says_sentence_by_sentence(rows):
    assert plain(fold(kind, rows)) == ByHand(rows).result()


@settings(max_examples=500 * MANY // 5, deadline=None)
@given(records(), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_give_the_same_record(rows, chance):
    expected = fold(kind, rows)
    again = [*rows, *chance.sample(rows, chance.randint(0, len(rows)))]
    chance.shuffle(again)
    found = fold(kind, again)
    assert (found and change(found)) == (expected and change(expected))


@settings(max_examples=500 * MANY // 5, deadline=None)
@given(records())
def test_every_field_that_was_written_has_a_survivor(rows):
    found = fold(kind, rows)
    if found is None:
        return
    counted = [row for row in rows if row.kind == found.kind]
    for name in {name for row in counted for name in row.fields} - {"correction_reason", "struck_out"}:
        said = [row.fields[name] for row in counted if name in row.fields]
        shown = found.values.get(name)
        if name == "red_flags":
            assert set(shown or ()) <= {flag for value in said for flag in value or ()}
        else:
            assert shown is None or shown in said
        if all(value is not None for value in said) and group_of(name) not in ("the drink",):
            assert shown is not None


@settings(max_examples=500 * MANY // 5, deadline=None)
@given(records())
def test_what_is_shown_of_a_drink_is_one_persons_whole_answer_and_never_a_mixture(rows):
    found = fold(kind, rows)
    if found is None:
        return
    hand = ByHand(rows)
    if "the drink" in hand.groups():
        wholes = [hand.whole_group(row.id, "the drink") for row in hand.survivors("the drink")]
        shown = {name: value for name, value in found.values.items() if name in DRINK}
        assert shown in [{name: value for name, value in whole.items() if value is not None} for whole in wholes]


@settings(max_examples=300 * MANY // 5, deadline=None)
@given(records())
def test_a_senior_carer_who_saw_every_row_and_says_every_field_ends_every_conflict(rows):
    found = fold(kind, rows)
    if found is None:
        return
    everything = {"outcome": "drank", "drunk_ml": 5, "drink": "x", "note": "x", "struck_out": False, "performed_by": DEVICE}
    last = Row(
        id="0193b0d2-0000-7000-8000-0000000000fe", record=RECORD, kind=found.kind, seq=99, clock="0" * 13, fields=everything,
        parents=tuple(row.id for row in rows), author=DEVICE, roles=("senior_carer",),
    )  # fmt: skip
    settled = fold(kind, [*rows, last])
    reaches_back = any(last.id in row.parents for row in rows)
    assert not reaches_back and settled.conflicts == {} and not settled.struck_out
    assert {name: settled.values[name] for name in everything} == everything


@settings(max_examples=300 * MANY // 5, deadline=None)
@given(records(), st.sampled_from(("drunk_ml", "note", "struck_out")))
def test_nobody_without_a_deciding_role_ends_a_conflict(rows, name):
    found = fold(kind, rows)
    if found is None or not found.conflicts:
        return
    said = {"drunk_ml": 7, "note": "z", "struck_out": False}[name]
    last = Row(
        id="0193b0d2-0000-7000-8000-0000000000fe", record=RECORD, kind=found.kind, seq=99, clock="9" * 13,
        fields={name: said}, parents=tuple(row.id for row in rows), author=DEVICE, roles=("support_worker",),
    )  # fmt: skip
    after = fold(kind, [*rows, last])
    hand = ByHand(rows)
    for field, entries in found.conflicts.items():
        for value, row in entries:
            # Those who contradicted each other without knowing of it stay; a third who knew of both may be overtaken.
            if any(hand.concurrent(row, other) and said != value for said, other in entries):
                assert row.id in {kept.id for _, kept in after.conflicts[field]}


def test_four_hundred_corrections_of_one_entry_still_fold():
    rows = [_correction(n, (IDS_OF(n - 1),) if n else ()) for n in range(400)]
    random.Random(1).shuffle(rows)
    found = fold(kind, rows)
    assert found.values["drunk_ml"] == 399 and found.conflicts == {} and len(found.heads) == 1


def IDS_OF(n: int) -> str:
    return f"0193b0d2-0000-7000-8000-{n:012x}"


def _correction(n: int, parents: tuple[str, ...]) -> Row:
    return Row(
        id=IDS_OF(n), record=IDS_OF(0), kind="hydration_check", seq=n + 1, clock=f"{1795381449120 + n}-0000-{DEVICE}",
        fields={"drunk_ml": n, "outcome": "drank"}, parents=parents, author=DEVICE, roles=("support_worker",),
    )  # fmt: skip
