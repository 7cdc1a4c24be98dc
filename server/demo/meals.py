"""When drinks go round, what is offered, and in which of the home's own vessels."""

from __future__ import annotations

from typing import NamedTuple


class Slot(NamedTuple):
    """A moment at which drinks go round: minutes of the day, how likely, and what is offered."""

    name: str
    start: int
    end: int
    likely: float
    drinks: dict[str, float]


SLOTS = (
    Slot("early", 7 * 60 + 8, 7 * 60 + 50, 0.85, {"tea": 8, "water": 2}),
    Slot("breakfast", 8 * 60 + 25, 9 * 60 + 30, 1, {"tea": 6, "coffee": 3, "milk": 1}),
    Slot("breakfast_cold", 8 * 60 + 30, 9 * 60 + 40, 0.8, {"juice": 7, "water": 3}),
    Slot("morning", 10 * 60 + 20, 11 * 60 + 25, 1, {"coffee": 5, "tea": 4, "milk": 1}),
    Slot("lunch", 12 * 60 + 15, 13 * 60 + 15, 1, {"squash": 6, "water": 3, "soup": 1}),
    Slot("after_lunch", 13 * 60 + 20, 13 * 60 + 50, 0.4, {"tea": 5, "coffee": 3, "ice_cream": 1}),
    Slot("afternoon", 14 * 60 + 40, 15 * 60 + 45, 1, {"tea": 8, "squash": 2}),
    Slot("medicines", 16 * 60 + 10, 16 * 60 + 50, 0.6, {"water": 9, "squash": 1}),
    Slot("tea_time", 17 * 60 + 10, 18 * 60 + 10, 1, {"tea": 8, "juice": 2}),
    Slot("evening", 18 * 60 + 35, 19 * 60 + 40, 0.65, {"squash": 6, "water": 4}),
    Slot("supper", 20 * 60 + 20, 21 * 60 + 35, 1, {"hot_chocolate": 4, "milk": 3, "tea": 3}),
    Slot("late", 22 * 60 + 20, 22 * 60 + 55, 0.15, {"water": 1}),
    Slot("night", 25 * 60, 26 * 60 + 40, 1, {"water": 1}),
    Slot("small_hours", 28 * 60 + 20, 29 * 60 + 50, 0.4, {"water": 1}),
)
NIGHT_SLOTS = frozenset({"night", "small_hours"})
FEEDS = tuple(Slot("feed", m * 60, m * 60 + 35, 1, {"feed": 7, "water": 3}) for m in (8, 10, 12, 15, 18, 21))

# Each home measures its own (domain.md 2b): name, millilitres, what is usually in it.
VESSELS = (
    ("Teacup", 150, "tea"), ("Mug", 250, "tea"), ("Small glass", 150, "juice"), ("Glass", 200, "squash"),
    ("Beaker", 200, "squash"), ("Beaker with spout", 200, "tea"), ("Juice carton", 200, "juice"),
    ("Supplement bottle", 125, "supplement"), ("Sip", 10, "water"), ("Teaspoon", 5, "water"), ("Bowl", 180, "soup"),
    ("Feeding pump", 300, "feed"),
)  # fmt: skip
HOT = frozenset({"tea", "coffee", "hot_chocolate"})
FOOD = frozenset({"soup", "ice_cream"})
REFUSALS = {"not_thirsty": 5, "later": 4, "does_not_like_it": 2, "too_hot": 1, "feels_sick": 1, "wants_to_sleep": 1}
RED_FLAGS = ("coughing", "hard_to_wake", "new_confusion")
TYPED_NAMES = ("Dee, agency", "Marcus (agency)", "Night bank staff, Ola")
