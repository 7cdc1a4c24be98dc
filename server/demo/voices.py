"""What people, relatives and staff of the demo say, and who rings to ask: feedback, calls, and notes of care reviews.

Early on many are not told things and wait; by the end most are content, and one in ten still is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from server.demo import plans
from server.demo.acts import Act, creating
from server.demo.people import DemoHome
from server.demo.seeded import chance
from server.demo.shifts import HOUR_MS, MINUTE_MS, wall_ms, working
from sync import roles

#: (theme, what is said when it is poor, when it is good)
SAID = (
    ("drink_preference", "The tea comes cold and too strong", "They know that I take two sugars"),
    ("support_to_drink", "They put it down and go", "Somebody sits with me until I have had it"),
    ("communication", "Nobody told us what the doctor said", "They rang us the same evening"),
    ("waiting", "I ring and ring in the morning", "Somebody comes within a few minutes"),
    ("rushed", "It is all a rush before breakfast", "They take their time with me"),
)
STAFF_SAID = (("pressure", "Mornings are too much for two", "We were three at breakfast and it went well"), ("skill_mix", "Two of us were new last night", "A senior is on each unit now"))
#: Days of the week on which the key worker asks people, and the deputy manager asks staff.
ASKS, ASKS_STAFF = (0, 2, 4), 3
CALLERS = ("relative", "relative", "friend", "professional")
ASKED = ("appointment", "appointment", "health", "food_drink", "medicine", "care")


def voices(home: DemoHome, seed: int, span: plans.Span, day: date) -> Iterator[Act]:
    """What is written down of one day's words."""
    if home.residents:
        yield from _asked(home, seed, span, day)
        yield from _called(home, seed, span, day)
        yield from _care_review(home, seed, day)


def _score(luck, better: float) -> int:
    return luck.choice((2, 2, 3, 3, 4)) if luck.random() > 0.25 + 0.65 * better else luck.choice((4, 4, 5))


def _asked(home: DemoHome, seed: int, span: plans.Span, day: date) -> Iterator[Act]:
    office, better = home.tablet_of(None), span.progress(day)
    if day.weekday() in ASKS:
        luck = chance("asked", seed, home.number, day)
        person, (theme, poor, good) = luck.choice(home.residents), luck.choice(SAID)
        score, family = _score(luck, better), luck.random() < 0.3
        fields = {
            "resident": str(person.id), "words": good if score > 3 else poor, "theme": theme, "score": score, "method": "telephone" if family else "talk",
            "whose": "family" if family else "resident", "asked_by": home.first(roles.KEY_WORKER).name,
        }  # fmt: skip
        yield creating(f"feedback/{seed}/{home.number}/{day}", wall_ms(day, 15 * 60 + luck.randrange(60)), office, home.first(roles.KEY_WORKER), "feedback", fields)
    if day.weekday() == ASKS_STAFF:
        luck = chance("asked staff", seed, home.number, day)
        (theme, poor, good), score = luck.choice(STAFF_SAID), _score(luck, better)
        fields = {"staff_role": luck.choice((roles.SUPPORT_WORKER, roles.SENIOR_CARER)), "words": good if score > 3 else poor, "theme": theme, "score": score, "whose": "staff", "method": "talk"}
        yield creating(f"staff feedback/{seed}/{home.number}/{day}", wall_ms(day, 16 * 60 + 5), office, home.first(roles.DEPUTY_MANAGER), "feedback", fields)


def _called(home: DemoHome, seed: int, span: plans.Span, day: date) -> Iterator[Act]:
    luck, better = chance("called", seed, home.number, day), span.progress(day)
    if luck.random() > 0.35:
        return
    person, at_ms = luck.choice(home.residents), wall_ms(day, luck.randrange(10 * 60, 19 * 60))
    floor = [turn.staff for turn in working(home, seed, at_ms) if turn.floor]
    if not floor:
        return
    fields = {
        "resident": str(person.id), "who": luck.choice(CALLERS), "about": luck.choice(ASKED), "chasing": luck.random() < 0.5 - 0.42 * better,
    }  # fmt: skip
    if luck.random() < 0.5 + 0.45 * better:
        fields["answered_at"] = plans.iso(at_ms + luck.randrange(2, 90) * MINUTE_MS // MINUTE_MS * MINUTE_MS)
    yield creating(f"contact/{seed}/{home.number}/{day}", at_ms + 2 * HOUR_MS, home.tablet_of(person.unit), luck.choice(floor), "contact", fields, occurred_ms=at_ms)


def _care_review(home: DemoHome, seed: int, day: date) -> Iterator[Act]:
    """One person a week is asked what they like to drink and what helps, each in turn."""
    if day.weekday() != 1:
        return
    person = home.residents[day.toordinal() // 7 % len(home.residents)]
    words = f"Asked what she or he likes and what helps: {plans.LIKES[plans.kind_of(person)]}"
    fields = {"resident": str(person.id), "words": words, "about": "hydration", "ref": str(person.plan_id)}
    yield creating(f"care review/{seed}/{person.id}/{day}", wall_ms(day, 11 * 60), home.tablet_of(person.unit), home.first(roles.KEY_WORKER), "care_review_note", fields)
