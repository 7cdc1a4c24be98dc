"""What the alerts of such weeks came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from server.db import reading
from server.demo.people import ZONE
from server.pages.routes_fatigue import counted
from server.records import store
from sync import days
from sync.rules.fatigue import Figures as Heard
from tests.weeks.charts import Charts, Said

EVERYTHING = 10**9


@dataclass(frozen=True)
class Figures:
    """`heard` is what the managers' page says of alerts that called somebody; `low` every statement of low intake."""

    heard: Heard
    a_shift: float
    #: Windows of people on monitoring that hold an entry.
    filled: float
    low: tuple[Said, ...]

    @property
    def on_gaps(self) -> int:
        return sum(each.on_gaps for each in self.low)

    @property
    def false(self) -> list[Said]:
        """Said to have drunk too little, where too little was written down to know."""
        return [each for each in self.low if each.on_gaps and each.sure]


def figures(home: int, until_ms: int, lived_days: int) -> Figures:
    """Of the home's last days, which are all that it has lived."""
    charts = Charts()
    with reading() as c:
        heard, _ = counted(c, home, ZONE, until_ms)
        rows = store.rows_after(c, home, 0, EVERYTHING)
    low = tuple(charts.read(rows))
    last = days.care_day(days.from_ms(until_ms - 1), ZONE)
    lived = [last - timedelta(days=number) for number in range(lived_days)]
    watched = [plan["resident"] for plan in charts.records["hydration_plan"].values() if plan.get("monitoring")]
    each = [charts.chart(resident, day, days.from_ms(until_ms)) for resident in watched for day in lived]
    return Figures(heard, heard.alerts / (2 * lived_days), sum(filled for filled, _ in each) / sum(due for _, due in each), low)
