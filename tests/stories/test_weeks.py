"""Some days of the demo home, recorded in full and to 60 % (`make weeks` lives four weeks): what gaps in a chart do to its alerts."""

from __future__ import annotations

from datetime import date

import pytest

from tests.harness.apps import Database, House, copy_template
from tests.weeks.figures import Figures, figures
from tests.weeks.living import live

UNTIL, DAYS, RESIDENTS = date(2026, 11, 16), 3, 6


@pytest.fixture(scope="module")
def lived(sqlite_template, tmp_path_factory):
    """`lived[share]`: what these days came to with this share of them written down."""

    def one(recording: float) -> Figures:
        folder = tmp_path_factory.mktemp("weeks")
        house = House(Database("sqlite", copy_template(sqlite_template, folder), folder))
        with house.app.app_context():
            home, until_ms = live(days=DAYS, until=UNTIL, residents=RESIDENTS, recording=recording)
            found = figures(home, until_ms, DAYS)
        house.close()
        return found

    return {recording: one(recording) for recording in (1.0, 0.6)}


def test_with_everything_written_down_hardly_a_chart_has_gaps_and_with_60_percent_most_have(lived):
    assert lived[1.0].filled > 0.95
    assert 0.5 < lived[0.6].filled < 0.75


def test_no_alert_says_low_intake_where_the_chart_has_gaps(lived):
    for each in lived.values():
        assert each.low and each.false == []
    assert lived[0.6].on_gaps > 0


def test_an_alert_that_says_low_intake_stands_on_a_chart_that_shows_it(lived):
    assert [each for each in lived[1.0].low if each.sure], "with everything written down an alert still comes"


def test_gaps_in_the_charts_call_people_more_often_than_low_intake_does(lived):
    assert lived[1.0].heard.per_hour < lived[0.6].heard.per_hour
