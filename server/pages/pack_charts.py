"""The charts of a pack: each measure over its days, and again on each action that is bound to it, with what was changed and the target.

Drawn over the days of the pack, with the limits that the same days have on every page: what a chart says can be worked out again from
the table of days and that of the days before.
"""

from __future__ import annotations

from typing import Any

from server.improvement import pack as packs
from server.improvement import store as plan_store
from server.improvement.pack import Pack
from server.pages import changes_view, chart_view, plan_view
from server.pages.words import say
from sync.measures import MEASURES
from sync.rules import plan


def charts(pack: Pack) -> dict[str, list[dict[str, Any]]]:
    """By the table beside which they stand: {title, chart}; a measure with too few days has none."""
    days = {name: packs.series(pack, name) for name in pack.days}
    bound = [(f"A{n}", row, name) for n, row in enumerate(pack.actions, 1) for name in plan.measures_of(row.fields) if name in days]
    found = {
        "action_figures": [
            (f"{ref}: {_title(name)}", chart_view.chart(days[name].since(plan_view.charted_from(row, pack.home.zone)), plan.target_percent(row.fields), *_changed(pack, [row.id], name)))
            for ref, row, name in bound
        ],
        "measures": [
            (_title(name), chart_view.chart(listed, MEASURES[name].target_percent, *_changed(pack, [row.id for _, row, of in bound if of == name], name)))
            for name, listed in days.items()
        ],
    }  # fmt: skip
    return {table: [{"title": title, "chart": chart} for title, chart in drawn if chart] for table, drawn in found.items()}


def _changed(pack: Pack, actions: list[Any], name: str) -> tuple[list[Any], list[Any]]:
    """(days from which limits are new, what reviews of these actions and the home's standards changed)."""
    rows = [row for id_ in actions for row in pack.reviews[id_]]
    return plan_store.rebases(rows, name), changes_view.lines(rows, pack.standards, name, pack.home.zone)


def _title(name: str) -> str:
    return say(f"measures.names.{name}")
