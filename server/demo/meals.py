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
    Slot("early", 7 * 60 + 8, 7 * 60 + 50, 0.85, {"Tea": 8, "Water": 2}),
    Slot("breakfast", 8 * 60 + 25, 9 * 60 + 30, 1, {"Tea": 6, "Coffee": 3, "Milk": 1}),
    Slot("breakfast_cold", 8 * 60 + 30, 9 * 60 + 40, 0.8, {"Juice": 7, "Water": 3}),
    Slot("morning", 10 * 60 + 20, 11 * 60 + 25, 1, {"Coffee": 5, "Tea": 4, "Milk": 1}),
    Slot("lunch", 12 * 60 + 15, 13 * 60 + 15, 1, {"Squash": 6, "Water": 3, "Soup": 1}),
    Slot("after_lunch", 13 * 60 + 20, 13 * 60 + 50, 0.4, {"Tea": 5, "Coffee": 3, "Ice cream": 1}),
    Slot("afternoon", 14 * 60 + 40, 15 * 60 + 45, 1, {"Tea": 8, "Squash": 2}),
    Slot("medicines", 16 * 60 + 10, 16 * 60 + 50, 0.6, {"Water": 9, "Squash": 1}),
    Slot("tea_time", 17 * 60 + 10, 18 * 60 + 10, 1, {"Tea": 8, "Juice": 2}),
    Slot("evening", 18 * 60 + 35, 19 * 60 + 40, 0.65, {"Squash": 6, "Water": 4}),
    Slot("supper", 20 * 60 + 20, 21 * 60 + 35, 1, {"Hot chocolate": 4, "Milk": 3, "Tea": 3}),
    Slot("late", 22 * 60 + 20, 22 * 60 + 55, 0.15, {"Water": 1}),
    Slot("night", 25 * 60, 26 * 60 + 40, 1, {"Water": 1}),
    Slot("small_hours", 28 * 60 + 20, 29 * 60 + 50, 0.4, {"Water": 1}),
)
NIGHT_SLOTS = frozenset({"night", "small_hours"})
FEEDS = tuple(Slot("feed", m * 60, m * 60 + 35, 1, {"Feed": 7, "Water": 3}) for m in (8, 10, 12, 15, 18, 21))

# Each home measures its own (domain.md 2b): name, millilitres, what is usually in it.
VESSELS = (
    ("Teacup", 150, "Tea"), ("Mug", 250, "Tea"), ("Small glass", 150, "Juice"), ("Glass", 200, "Squash"),
    ("Beaker", 200, "Squash"), ("Beaker with spout", 200, "Tea"), ("Juice carton", 200, "Juice"),
    ("Supplement bottle", 125, "Supplement"), ("Sip", 10, "Water"), ("Teaspoon", 5, "Water"), ("Bowl", 180, "Soup"),
    ("Feeding pump", 300, "Feed"),
)  # fmt: skip
HOT = frozenset({"Tea", "Coffee", "Hot chocolate"})
FOOD = frozenset({"Soup", "Ice cream"})
REFUSALS = {"not_now": 6, "dislikes": 3, "too_tired": 3, "no_reason": 2, "toilet_worry": 2, "upset": 1}
RED_FLAGS = ("choking", "hard_to_wake", "new_confusion")
TYPED_NAMES = ("Dee, agency", "Marcus (agency)", "Night bank staff, Ola")
