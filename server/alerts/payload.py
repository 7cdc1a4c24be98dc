"""What may stand in a push message: a closed list, so that nothing about a person can get in.

A notification lies on a lock screen, a watch, a car's display. `Notice` has no field for words from outside: its text is
one of the fixed sentences of section `push`, filled with minutes and a clock time at most. Every message has one of two
sizes, so that its length says nothing either.
"""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from dataclasses import dataclass

import orjson

from sync.messages import text

#: Sizes that every message is filled up to, in bytes; RFC 8291 adds 103, and services must take 4,096.
SIZES = (512, 1024)
#: What a message can be about, and the urgency that each is sent with (RFC 8030, 5.3).
URGENCY = {"told": "high", "colleague": "low", "withdrawn": "low", "late": "low", "test": "high", "watch": "high"}
#: Which sentence: the keys of `push.texts` that each may use.
TEXTS = {
    "told": frozenset({
        "needs_decision_by", "needs_decision", "moved_to_you", "still_open", "delayed", "reopened", "resumed", "tablet_silent",
        "returned", "given", "not_accepted", "several",
    }),  # fmt: skip
    "colleague": frozenset({"colleague"}),
    "withdrawn": frozenset({"put_right"}),
    "late": frozenset({"late"}),
    "test": frozenset({"test"}),
    "watch": frozenset({"escalator_late"}),
}
_TIME = re.compile(r"(1[0-2]|[1-9])(:[0-5][0-9])?(am|pm)|midday|midnight")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
LONGEST_MINUTES = 7 * 24 * 60
HIGHEST_LEVEL = 999


class NotAllowed(ValueError):
    """Something that the closed list does not name was about to be sent."""


@dataclass(frozen=True)
class Notice:
    """One message. Anything but these types and codes raises `NotAllowed`; there is no way to add a field."""

    message: uuid.UUID
    what: str  # a key of URGENCY
    words: str  # one of TEXTS[what]
    alert: uuid.UUID | None = None
    level: int = 0
    minutes: int | None = None  # how long nobody answered, or how late this is
    count: int | None = None  # how many alerts one message stands for
    by: str | None = None  # a clock time as `sync.days.say_time` writes it
    token: str | None = None  # to take it on from the lock screen: random, and good on this device alone

    def __post_init__(self) -> None:
        right = (
            type(self.message) is uuid.UUID
            and (self.alert is None or type(self.alert) is uuid.UUID)
            and type(self.what) is str
            and type(self.words) is str
            and self.words in TEXTS.get(self.what, ())
            and type(self.level) is int
            and 0 <= self.level <= HIGHEST_LEVEL
            and (self.minutes is None or (type(self.minutes) is int and 0 <= self.minutes <= LONGEST_MINUTES))
            and (self.count is None or (type(self.count) is int and 2 <= self.count <= HIGHEST_LEVEL))
            and (self.by is None or (type(self.by) is str and _TIME.fullmatch(self.by) is not None))
            and (self.token is None or (type(self.token) is str and self.alert is not None and _TOKEN.fullmatch(self.token) is not None))
        )
        if not right:
            raise NotAllowed

    @property
    def urgency(self) -> str:
        return URGENCY[self.what]

    @property
    def tag(self) -> str:
        """One notification an alert: a later level takes the place of an earlier one, a repeat that of itself."""
        return topic(self.alert or self.message)

    def body(self) -> str:
        """The sentence that is shown."""
        return text(f"push.texts.{self.words}", minutes=_minutes(self.minutes), time=self.by or "", count=self.count or "")


def topic(of: uuid.UUID) -> str:
    """The Topic header, also the tag: at most 32 characters of the alphabet that services take, and no id to look up."""
    return base64.urlsafe_b64encode(hashlib.sha256(of.bytes).digest()).decode()[:24]


def page(notice: Notice) -> str:
    """Where a manager opens it in a browser: a path of the pages, with an id and nothing else."""
    return f"/alerts/{notice.alert}" if notice.alert else "/overview"


def build(notice: Notice, *, minimal: bool = False) -> bytes:
    """The message's JSON, filled up with spaces to a fixed size; `minimal` is what a 413 is answered with."""
    out: dict = {"v": 1, "id": str(notice.message), "tag": notice.tag}
    if not minimal:
        out |= {
            "web_push": 8030,  # Declarative Web Push: iOS shows it even when the service worker fails
            "alert": str(notice.alert) if notice.alert else None,
            "level": notice.level,
            "what": notice.what,
            **({"token": notice.token} if notice.token else {}),
            "notification": {
                "title": text("push.title"),
                "body": notice.body(),
                "navigate": f"/app/#alert={notice.alert}" if notice.alert else "/app/#alerts" if notice.count else "/app/",
                "tag": notice.tag,
            },
        }
    plain = orjson.dumps(out)
    for size in SIZES:
        if len(plain) <= size:
            return plain.ljust(size, b" ")
    raise NotAllowed


def _minutes(count: int | None) -> str:
    if count is None:
        return ""
    if count == 60:
        return text("push.one_hour")
    if count < 120:
        return text("push.one_minute") if count == 1 else text("push.minutes", n=count)
    return text("push.hours", n=round(count / 60))
