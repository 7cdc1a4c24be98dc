"""Whatever stands in an open field or a free text, of any kind: it is kept or set aside by itself, and nothing behind it stops.

Fields that kinds.md leaves open may hold anything that JSON can say, and free text may be any text. One such answer must
never cost its neighbours, stop a follower or break a page.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from server import clock
from server.alerts import follow
from server.records import projections
from sync.fields import Open, Text
from sync.kinds import kinds
from tests.harness.visitor import Visitor

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
ANSWERS = ("plain words", "", "yes", 0, -3, 1.5, True, [], ["a", 1, None, {"b": []}], {}, {"id": 7, "x": {"y": ["z"]}})
MANAGER = ["duty_manager", "nutrition_lead", "registered_manager", "rota_coordinator"]


def _examples():
    for path in sorted(VECTORS.glob("*.json")):
        said = json.loads(path.read_text())
        kind = kinds().get(said.get("kind"))
        if kind is not None and kind.writers != frozenset() and kind.creators != frozenset() and said.get("accepted"):
            yield kind, said["accepted"][0]["fields"]


def _with(kind, fields, answer, resident):
    """The example with every open field set to the answer, every free text to it where it is text."""
    made = dict(fields)
    for name, field in kind.fields._declared_fields.items():
        if type(field) is Open or (type(field) is Text and isinstance(answer, str)):
            made[name] = answer
    if "resident" in made:
        made["resident"] = str(resident)
    return made


@pytest.fixture
def priya(home):
    return home.staff("Priya Shah", MANAGER)


def test_no_answer_of_any_kind_costs_a_neighbour_stops_a_follower_or_breaks_a_page(house, home, priya):
    edith, tablet = home.resident("Edith"), home.tablet()
    tablet.unlock(priya)
    sent = 0
    for answer in ANSWERS:
        drink = tablet.drink(edith, 150)
        odd = [tablet.statement(kind.name, _with(kind, fields, answer, edith)) for kind, fields in _examples()]
        odd.insert(len(odd) // 2, drink)
        results = tablet.sync(odd)["results"]
        assert {result["status"] for result in results} <= {"accepted", "quarantined"}
        assert next(result for result in results if result["id"] == drink["id"])["status"] == "accepted"
        taken = [made["kind"] for made, result in zip(odd, results, strict=True) if result["status"] == "accepted"]
        assert len(taken) > 20, "hardly any kind was tried"
        sent += len(taken)
    now = clock.now_ms()
    with house.app.app_context():
        while projections.step(home.id, "totals"):
            pass
        while follow.follow(home.id, now):
            pass
        for hours in (1, 6, 30):
            follow.fire(home.id, lambda at=now + hours * 3_600_000: at)
    assert sent > 200
    sue = Visitor.manager(home, ["registered_manager"])
    pages = ("/overview", "/residents", f"/residents/{edith}", "/log", "/to-check", "/set-aside", "/staff", "/tablets", "/ledger")
    assert {page: sue.open(page).status for page in pages} == dict.fromkeys(pages, 200)
    assert tablet.sync()["results"] == []
