"""A chart says the same of a day on every later day: its limits rest on where it begins and on what reviews rebased, not on what is shown."""

from __future__ import annotations

from datetime import timedelta

from server.db import reading
from server.improvement import store as plan_store
from server.pages import chart_view
from sync.measures import MONITORING
from sync.rules import xmr
from tests.api.test_pages_plan import TODAY, one_database, told
from tests.api.test_pages_pack import drawn_again, sheets, unzipped
from tests.api.test_pages_records import state

POOR, GOOD = [(14, 20), (15, 20)] * 10, [(19, 20), (18, 20)] * 60
YESTERDAY = TODAY - timedelta(days=1)


def by_day(home, measure=MONITORING, since=None, rebased=()):
    """Each day that is shown with its point."""
    with home.house.app.app_context(), reading() as c:
        series = plan_store.history(c, home.id, measure)
    series = series.since(since) if since else series
    found = plan_store.chart(series, 95, rebased)
    return {day.on: point for day, point in zip(plan_store.charted(series), found.points, strict=True)}


def test_a_day_keeps_its_limits_and_its_signal_when_weeks_go_by_and_its_baseline_is_no_longer_shown(home):
    """Ten weeks after a change for the better the poor weeks before it are off the chart: it must not become an ordinary day."""
    figures = POOR + GOOD
    told(home, MONITORING, figures[:90], until=YESTERDAY - timedelta(days=50))
    early = by_day(home)
    told(home, MONITORING, figures)
    late = by_day(home)
    both = sorted(early.keys() & late.keys())
    assert len(both) == 34 and min(late) > YESTERDAY - timedelta(days=120), "the poor weeks are no longer shown"
    assert all(xmr.OUTSIDE in late[on].signals and late[on].limits == early[on].limits for on in both)
    assert all(late[on] == early[on] for on in both[: -xmr.RUN])


def test_the_chart_of_an_action_begins_four_weeks_before_it_and_new_limits_where_a_review_rebased_it(home):
    """What came before those weeks says nothing of whether the action changed them."""
    since = plan_store.charted_from(YESTERDAY - timedelta(days=112))
    told(home, MONITORING, [(20, 20), (19, 20)] * 40 + POOR + GOOD)
    shown, on = by_day(home, since=since), YESTERDAY - timedelta(days=30)
    assert min(shown) == YESTERDAY - timedelta(days=plan_store.CHART_DAYS - 1) and shown[on].limits.mean < 75, "the poor weeks before it"
    assert by_day(home)[on].limits.mean == 97.5, "and of the measure, the home's first weeks"
    rebased = by_day(home, since=since, rebased=[YESTERDAY - timedelta(days=60)])
    assert rebased[on].limits.mean == 92.5 and rebased[min(rebased)].limits == shown[on].limits


@one_database
def test_no_dot_of_a_new_period_claims_anything_before_the_words_beside_it_may(home):
    told(home, MONITORING, POOR + [(19, 20)] * 4 + [(6, 20)])
    with home.house.app.app_context(), reading() as c:
        series = plan_store.history(c, home.id, MONITORING)
    drawn, whole = (chart_view.chart(series, 95, rebased) for rebased in ([TODAY - timedelta(days=5)], []))
    assert {dot["shape"] for dot in drawn["dots"][-5:]} == {"common"} and "Not enough data yet." in drawn["icons"]
    assert whole["dots"][-1]["shape"] == "worse"


@one_database
def test_the_action_and_its_measure_are_charted_from_their_own_first_days(home, sue):
    told(home, MONITORING, [(20, 20), (19, 20)] * 15 + POOR + POOR[:10] + GOOD[:30], until=YESTERDAY)
    fields = {"status": "open", "measures": [MONITORING], "target": {"percent": 95}, "baseline_issue": "Charts have gaps"}
    at = f"/plan/{state(home, 'improvement_action', fields, ago=31 * 24 * 60)}"
    assert "The mean is 72%." in sue.open(at).text, "the weeks before it began"
    assert "The mean is 98%." in sue.open(f"/measures/{MONITORING}").text, "the home's first weeks"


@one_database
def test_a_pack_of_a_few_days_charts_them_by_the_limits_of_the_page_and_holds_the_days_that_they_rest_on(home, sue):
    told(home, MONITORING, POOR + GOOD[:60], until=YESTERDAY)
    assert "The mean is 72%." in sue.open(f"/measures/{MONITORING}").text
    span = f"from={YESTERDAY - timedelta(days=19)}&to={YESTERDAY}&names=initials"
    document = sue.client.get(f"/pack/file/html?{span}").get_data(as_text=True)
    said = sheets(unzipped(sue.client.get(f"/pack/file/csv?{span}").data))
    assert len(said["days_before"]) == 60 and "The mean is 72%." in document and drawn_again(said, document) == []
