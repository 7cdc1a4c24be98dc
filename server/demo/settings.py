"""What this provider's managers set: who is called, and which rules were turned on, by whom and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from server.demo import plans
from server.demo.people import DemoHome


def ladders() -> Iterable[tuple[str, dict[str, Any]]]:
    return []


def thresholds(home: DemoHome, span: plans.Span) -> Iterable[tuple[str, dict[str, Any]]]:
    return []
