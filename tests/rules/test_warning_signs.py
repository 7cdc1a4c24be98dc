"""The warning signs that the article names stand on the action that they concern, and on no other."""

from __future__ import annotations

from sync.rules import catalogue, warning_signs
from sync.rules.standing_beside import STREAMS


def test_every_sign_is_a_rule_that_exists_and_concerns_one_example():
    every = [rule for rules in warning_signs.SIGNS.values() for rule in rules]
    assert set(warning_signs.SIGNS) == set(STREAMS) and len(every) == len(set(every)) and set(every) <= set(catalogue.EVERY_RULE)


def test_signs_are_counted_by_rule_and_what_withdrew_itself_was_none():
    alerts = [{"rule": catalogue.VAGUE_REFUSALS}] * 2 + [{"rule": catalogue.VAGUE_REFUSALS, "status": "withdrawn"}, {"rule": catalogue.CHASING, "status": "resolved"}]
    seen = warning_signs.counted([*alerts, {"rule": catalogue.SILENT}])
    assert warning_signs.of(["hydration"], seen) == [(catalogue.VAGUE_REFUSALS, 2)]
    assert warning_signs.of(["appointments", "deployment"], seen) == [(catalogue.CHASING, 1)] and warning_signs.of([], seen) == []
