"""Nothing about a person can get into a push message, whatever anybody does."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.alerts import payload
from server.alerts.payload import Notice, NotAllowed, build
from sync.messages import section

ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.uuids(), st.lists(st.text()))
# What a message may consist of, word by word, once numbers and clock times are taken out.
FIXED = set(re.findall(r"[A-Za-z']+", " ".join([*section("push.texts").values(), section("push")["title"], "minutes minute hours hour"])))
KEYS = {"v", "web_push", "id", "alert", "level", "what", "tag", "notification"}


def words_of(text: str) -> set[str]:
    without_times = re.sub(r"\b\d{1,2}(:\d\d)?(am|pm)\b|\bmidday\b|\bmidnight\b|\d+", " ", text)
    return set(re.findall(r"[A-Za-z']+", re.sub(r"\{[a-z]+\}", " ", without_times)))


@given(st.sampled_from(["told", "colleague", "withdrawn", "late", "test"]), st.data())
def test_every_message_that_can_be_made_holds_only_our_own_fixed_words(what, data):
    notice = Notice(
        data.draw(st.uuids()),
        what,
        data.draw(st.sampled_from(sorted(payload.TEXTS[what]))),
        alert=data.draw(st.uuids()),
        level=data.draw(st.integers(0, payload.HIGHEST_LEVEL)),
        minutes=data.draw(st.none() | st.integers(0, payload.LONGEST_MINUTES)),
        by=data.draw(st.sampled_from([None, "5:30pm", "9am", "midday", "midnight", "12:05am"])),
    )
    plain = build(notice)
    assert len(plain) in payload.SIZES
    found = json.loads(plain)
    assert set(found) == KEYS and set(found["notification"]) == {"title", "body", "navigate", "tag"}
    assert words_of(found["notification"]["body"]) | words_of(found["notification"]["title"]) <= FIXED
    assert found["notification"]["navigate"] == f"/app/#alert={notice.alert}"
    assert re.fullmatch(r"[A-Za-z0-9_-]{24}", found["tag"])
    minimal = json.loads(build(notice, minimal=True))
    assert set(minimal) == {"v", "id", "tag"}


@given(st.dictionaries(st.sampled_from(["what", "words", "alert", "level", "minutes", "by", "message"]), ANYTHING, min_size=1))
def test_whatever_else_is_put_into_a_message_is_refused(values):
    right = {"message": uuid.UUID(int=1), "what": "told", "words": "needs_decision", "alert": uuid.UUID(int=2)}
    try:
        plain = json.loads(build(Notice(**{**right, **values})))
    except NotAllowed:
        return
    assert words_of(plain["notification"]["body"]) <= FIXED


@pytest.mark.parametrize("by", ["Joan", "9am Joan", "9am\nJoan", "13pm", "", "９am"])
def test_a_clock_time_that_is_no_clock_time_is_refused(by):
    with pytest.raises(NotAllowed):
        Notice(uuid.uuid4(), "told", "needs_decision_by", alert=uuid.uuid4(), by=by)


def test_a_message_has_no_room_for_a_name():
    with pytest.raises(TypeError):
        Notice(uuid.uuid4(), "told", "needs_decision", name="Joan")


def test_two_levels_of_one_alert_share_a_topic_and_two_alerts_do_not():
    one, two = uuid.uuid4(), uuid.uuid4()
    topics = {Notice(uuid.uuid4(), "told", "needs_decision", alert=a, level=n).tag for a in (one, two) for n in (1, 2, 3)}
    assert len(topics) == 2
    assert str(one) not in "".join(topics)
