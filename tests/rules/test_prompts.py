"""What a standard has tablets say: by date, never from before it was written, and what was said once stays on record."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sync.kinds.standard import PROMPTS
from sync.rules.prompts import changed_on, laid, last, texts

NOW = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
NEXT_WEEK = NOW + timedelta(days=7)


def said(standard, at):
    """What tablets say by it at an instant."""
    return last((since, each) for since, each in texts(standard) if since <= at)


def test_new_words_count_from_the_day_that_the_standard_names_and_the_old_ones_until_then():
    first = {"prompts": laid({}, {"refusal": "Offer another drink"}, NOW - timedelta(days=90), NOW)}
    assert said(first, NOW) == {"refusal": "Offer another drink"} and said(first, NOW - timedelta(seconds=1)) == {}, "not from before it was written"
    second = {"prompts": laid(first, {"refusal": "Ask what they would like"}, NEXT_WEEK, NOW)}
    assert said(second, NOW) == {"refusal": "Offer another drink"} and said(second, NEXT_WEEK) == {"refusal": "Ask what they would like"}
    assert changed_on(second) == [(date(2026, 11, 27), ("refusal",)), (date(2026, 12, 4), ("refusal",))]


def test_what_only_waited_for_its_day_gives_way_and_words_that_are_taken_away_end():
    waits = {"prompts": laid({}, {"refusal": "Ask", "contact": "Ring back"}, NEXT_WEEK, NOW)}
    other = {"prompts": laid(waits, {"refusal": "Ask again"}, NEXT_WEEK + timedelta(days=1), NOW)}
    assert said(other, NEXT_WEEK) == {} and said(other, NEXT_WEEK + timedelta(days=2)) == {"refusal": "Ask again"}
    ended = {"prompts": laid(other, {"refusal": ""}, NOW, NEXT_WEEK + timedelta(days=2))}
    assert said(ended, NEXT_WEEK + timedelta(days=3)) == {} and said(ended, NEXT_WEEK + timedelta(days=1, hours=1)) == {"refusal": "Ask again"}


def test_a_standard_without_prompts_says_nothing_and_what_another_system_wrote_in_another_shape_is_passed_over():
    assert laid({}, {"refusal": "", "contact": ""}, NOW, NOW) is None and texts({}) == [] and changed_on({}) == []
    for strange in ("refusal", [None, "refusal", {"name": "refusal"}, {"name": "other", "value": "x", "from": "2026-11-27T00:00:00Z"}]):
        assert texts({"prompts": strange}) == []


WANTED = st.dictionaries(st.sampled_from(PROMPTS), st.sampled_from(["", "Ask", "Offer another drink", "Ring back"]))
HOURS = st.integers(-200, 200)


@given(st.lists(st.tuples(WANTED, HOURS, st.integers(0, 100)), max_size=6))
def test_whatever_is_written_when_nothing_that_was_said_changes_and_what_was_asked_for_is_said_from_then_on(steps):
    standard, now = {}, NOW
    for wanted, start, later in steps:
        now += timedelta(hours=later + 1)
        wanted = {name: wanted.get(name, "") for name in PROMPTS}
        begins = now + timedelta(hours=start)
        new = {"prompts": laid(standard, wanted, begins, now)}
        past = [now - timedelta(hours=hours) for hours in (1, 13, 90)]
        assert [said(new, at) for at in past] == [said(standard, at) for at in past]
        assert said(new, max(begins, now)) == {name: words for name, words in wanted.items() if words}
        assert laid(new, wanted, begins, now) == new["prompts"], "written again it is the same"
        standard = new
