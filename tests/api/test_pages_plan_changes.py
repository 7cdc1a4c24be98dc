"""What a review says was changed is a record that really changed: linked, a line on the chart, and judged by what came after it."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta

from server import clock
from tests.api.test_pages_pack import sheets, unzipped
from tests.api.test_pages_plan import IMPROVED, TODAY, one_database, reviewed, start, told
from tests.api.test_pages_records import state
from tests.harness.apps import rfc3339


def number(name: str, value, ago_days: int, **more) -> dict:
    owner = {"owner": str(uuid.uuid4()), "reason": "Agreed at the review"}
    return {"name": name, "value": value, "from": (TODAY - timedelta(days=ago_days)).isoformat(), **owner, **more}


def choices(page) -> dict[str, str]:
    """What the form offers as changed: words by record."""
    found = re.findall(r'<input[^>]*name="changed_record"[^>]*value="([^"]*)"[^>]*>\s*<label[^>]*>(.*?)</label>', page.html, re.S)
    return {id_: html.unescape(words.strip()) for id_, words in found}


def of_action(home, at: str) -> list[dict]:
    """The submissions of the action's reviews."""
    said = [row["submission"] for row in home.rows()]
    return [each for each in said if each["kind"] == "review" and each["fields"].get("action") == at.rsplit("/", 1)[1]]


@one_database
def test_a_review_offers_what_really_changed_since_the_last_one_and_nothing_that_waits(home, nina, sue):
    at = start(nina, nina)
    assert choices(nina.open(f"{at}/review")) == {} and "has changed since the last review." in nina.open(f"{at}/review").text
    edith = state(home, "resident", {"preferred_name": "Edith Vane", "unit": "Willow"})
    plan = state(home, "hydration_plan", {"resident": str(edith), "windows": ["waking"]}, ago=60)
    ama, ben = home.staff("Ama Mensah"), home.staff("Ben Osei")
    rungs = [{"roles": ["senior_carer"], "after_minutes": 0, "channels": ["push"]}]
    shift = f"{TODAY.isoformat()}/day"
    made = {
        "threshold": state(home, "threshold", number("hydration.no_offer_minutes", 120, 0)),
        "ladder": state(home, "ladder", {"severity": "urgent", "rungs": rungs, "shift": "night", "from": TODAY.isoformat(), "reason": "Nights are thin"}),
        "standard": state(home, "standard", {"topic": "hydration", "words": "Offer a drink every two hours", "effective_from": TODAY.isoformat()}),
        "allocation": state(home, "allocation", {"shift": shift, "unit": "Willow", "rationale": "Two at breakfast"}),
    }
    state(home, "threshold", number("plan.grace_days", 7, 0, proposed_by=str(uuid.uuid4())))
    state(home, "threshold", number("plan.static_days", 14, -3))
    state(home, "hydration_plan", {"check_every_minutes": 90}, record=plan)
    for owner, ago in ((ama, 60), (ama, 50), (ben, 40)):
        last = state(home, "duty", {"what": "hydration_check", "role": "senior_carer", "owner": str(owner.id), "from": rfc3339(clock.now_ms() - ago * 60_000)}, ago=ago)
    offered = choices(nina.open(f"{at}/review"))
    said = {
        "threshold": "Threshold: Waking time without an offer that is a nudge, and late on the list: 120 minutes, The whole home",
        "ladder": "Who is told, and when: Urgent alerts, night shift", "standard": "Standard: Offer a drink every two hours",
        "allocation": f"Allocation: Day shift, {TODAY.day} {TODAY:%B %Y}, Willow: Two at breakfast",
    }  # fmt: skip
    words = {**{str(made[kind]): said[kind] for kind in said}, str(plan): "Check times: Edith Vane", str(last): "Duty: Shift hydration check, now Ben Osei"}
    assert {id_: offered.get(id_, "").rsplit(" (", 1)[0] for id_ in words} == words and set(offered) == set(words)
    assert reviewed(nina, at, "stay_open", changed_record=str(plan)).status == 200
    assert reviewed(nina, at, "stay_open", changed_record=str(made["allocation"])).status == 200
    said = [each["fields"]["changed"][0] for each in of_action(home, at)]
    told = [("Check times: EV", str(plan)), (f"Allocation: Day shift, {TODAY.day} {TODAY:%B %Y}, Willow", str(made["allocation"]))]
    assert [(each["what"], each["record"]) for each in said] == told, "what stays in the record names nobody"


@one_database
def test_what_changed_is_linked_is_a_line_on_the_chart_and_is_judged_on_the_page_and_in_the_pack(home, nina, sue):
    told(home, "complete_monitoring", IMPROVED)
    at = start(nina, nina)
    made = str(state(home, "threshold", number("hydration.no_offer_minutes", 120, 16)))
    unknown = reviewed(nina, at, "change", changed_record=str(uuid.uuid4()), protection="A senior looks")
    assert unknown.status == 400 and "Choose changes from the list" in unknown.text
    page = reviewed(nina, at, "change", changed_record=made, protection="A senior looks", learning="You said drinks come late, we offer every two hours")
    assert page.status == 200, page.text[:900]
    since = (TODAY - timedelta(days=16)).isoformat()
    changed = of_action(home, at)[-1]["fields"]["changed"]
    assert changed == [{"what": changed[0]["what"], "on": since, "rebases": [], "record": made}]
    words = "Threshold: Waking time without an offer that is a nudge, and late on the list: 120 minutes, The whole home"
    assert changed[0]["what"] == words
    shown = nina.open(at)
    assert shown.html.count("tm-xmr__change") == 1 and words in shown.text and "Since then Complete monitoring is better." in shown.text
    trail = nina.open(next(link for link in shown.links() if link.startswith("/show-me/") and link.endswith(of_action(home, at)[-1]["record"])))
    assert trail.html.count('data-testid="original"') == 2 and "Agreed at the review" in trail.text
    assert "Number or rule: Waking time without an offer that is a nudge, and late on the list" in trail.text
    assert made not in choices(nina.open(f"{at}/review")), "the next review starts from this one"
    told(home, "complete_monitoring", [(19, 20), (18, 20)] * 8 + [(12, 20)] * 16)
    assert "Since then Complete monitoring is worse." in nina.open(at).text
    days = f"from={(TODAY - timedelta(days=40)).isoformat()}&to={TODAY.isoformat()}"
    told_again = sheets(unzipped(sue.client.get(f"/pack/file/csv?{days}&names=initials").get_data()))["reviews"]
    assert any(f"Changed: {words} (" in said and "Since then Complete monitoring is worse." in said for row in told_again for said in row.values()), told_again
    assert words in html.unescape(sue.client.get(f"/pack/file/html?{days}&names=initials").get_data(as_text=True)), "a line on its charts"


@one_database
def test_several_changes_of_one_review_are_each_linked_each_a_line_and_each_judged_and_new_limits_begin_after_the_last(home, nina, sue):
    told(home, "complete_monitoring", IMPROVED)
    at = start(nina, nina)
    first = str(state(home, "threshold", number("hydration.no_offer_minutes", 120, 16)))
    second = str(state(home, "threshold", number("hydration.due_minutes", 100, 9)))
    both = {"changed_record": [first, second], "rebase-complete_monitoring": "yes"}
    refused = reviewed(nina, at, "stay_open", **both, changed_on=TODAY.isoformat())
    assert refused.status == 400 and "Each of these records has its own day." in refused.text
    assert refused.html.count(" checked") == 3, "both stay ticked, beside the decision"
    page = reviewed(nina, at, "stay_open", **both, changed="A jug on every table", changed_on=(TODAY - timedelta(days=12)).isoformat())
    assert page.status == 200, page.text[:900]
    review = of_action(home, at)[-1]
    changed = {each.get("record"): each for each in review["fields"]["changed"]}
    days = {who: (TODAY - timedelta(days=ago)).isoformat() for who, ago in ((first, 16), (second, 9), (None, 12))}
    assert {who: each["on"] for who, each in changed.items()} == days and changed[None]["what"] == "A jug on every table"
    assert {who: each["rebases"] for who, each in changed.items()} == {first: [], None: [], second: ["complete_monitoring"]}
    shown = nina.open(at)
    assert shown.html.count('data-testid="changed"') == 3 and shown.html.count("tm-xmr__change") == 3
    assert shown.html.partition('id="changed"')[2].partition('id="reviews"')[0].count("Complete monitoring") == 3, "each is judged by itself"
    trail = nina.open(next(link for link in shown.links() if link.startswith("/show-me/") and link.endswith(review["record"])))
    assert trail.html.count('data-testid="original"') == 3, "the review, and both numbers"
    assert choices(nina.open(f"{at}/review")) == {}, "none of them is offered again"
