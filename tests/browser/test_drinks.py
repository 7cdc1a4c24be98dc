"""A drinks round, a person's day and the shift's hydration check, as a senior carer meets them towards the end of a day shift."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from sync.days import care_day, local
from tests.browser.test_screens import Look
from tests.harness import by_tidemark, small_home
from tests.harness.floor import FloorTablet
from tests.harness.hands import WORDS, Hands
from tests.harness.processes import REPOSITORY, Installation, until

SCREENS = json.loads((REPOSITORY / "sync" / "messages.json").read_text())["screens"]
# Twenty minutes before a day shift ends, whatever the hour at which the tests run.
EVENING = time(19, 40)


@pytest.fixture(scope="module")
def _installation(tmp_path_factory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("tidemark") / "data")
    now = datetime.now(UTC)
    evening = local(care_day(now) + timedelta(days=0 if local(care_day(now), EVENING) > now else 1), EVENING)
    installation.forward(seconds=(evening - now).total_seconds())
    yield installation
    installation.kill9()


@pytest.fixture
def home(tidemark) -> dict[str, Any]:
    """Twelve people live in Rowan, four in Willow."""
    return small_home.make(tidemark, more=9)


@pytest.fixture
def ben(tidemark, home) -> FloorTablet:
    tablet = FloorTablet(tidemark, home["id"], "Ben's tablet")
    tablet.unlock(home["staff"]["Ben Okoro"])
    return tablet


def row(hands: Hands, kind: str, resident: str):
    return hands.page.locator(f'[data-testid="{kind}"][data-resident="{hands.home["residents"][resident]}"]')


def set_up(ama: Hands, room: str, drink: str, vessel: str) -> None:
    """The three taps before the first person."""
    ama.tap(ama.by("round-room").filter(has_text=room))
    ama.tap(ama.by("round-drink").filter(has_text=drink))
    ama.tap(ama.by("round-vessel").filter(has_text=vessel))
    expect(ama.by("round-count")).to_be_visible()


def test_a_round_of_twelve_takes_fifteen_taps_and_gives_nobody_a_value_that_nobody_tapped(person, home, ben):
    ama = person("Ama Mensah")
    look = Look(ama)
    ama.tap(ama.by("place-round"))
    look.at("round, which room")
    ama.taps = 0
    set_up(ama, "Rowan", "Tea", "Mug")
    rows = ama.by("round-row")
    expect(rows).to_have_count(12)
    answers = ["round-all", "round-half", "round-none", "round-given", "round-asleep", "round-out"] * 2
    for at, answer in enumerate(answers):
        ama.tap(rows.nth(at).get_by_test_id(answer))
        expect(ama.by("round-count")).to_have_text(SCREENS["round"]["count"].format(done=at + 1, left=11 - at))
    assert ama.taps == 15
    entries = until(lambda: (found := ben.changes("hydration_check")) and len(found) == 12 and found, what="twelve entries on the server")
    assert len({one["fields"]["resident"] for one in entries}) == 12
    said = sorted(f"{one['fields']['outcome']} {one['fields'].get('drunk_ml')}" for one in entries)
    assert said == sorted(["drank 250", "drank 125", "drank 0", "given None", "asleep None", "out None"] * 2)
    look.at("round, everybody recorded")
    ama.tap(ama.by("round-finish"))
    expect(ama.by("round-finished")).to_contain_text(SCREENS["round"]["finished"].format(done=12, left=0))
    look.done()


def test_a_round_stops_for_plans_and_colleagues_and_keeps_its_place_behind_the_lock(person, home, ben):
    ben.sync(ben.drink(home["residents"]["Joan"], 200))
    ama = person("Ama Mensah")
    look = Look(ama)
    ama.go("round")
    set_up(ama, "Willow", "Water", "Glass")
    joan, arthur, edith, harold = (row(ama, "round-row", name) for name in ("Joan", "Arthur", "Edith", "Harold"))
    expect(joan.get_by_test_id("round-already")).to_contain_text("Ben Okoro")
    for stopped in (arthur, edith):
        expect(stopped.get_by_test_id("round-all")).to_have_count(0)
    look.at("round, with stops and a colleague's entry")
    ama.tap(joan.get_by_test_id("round-skip"))
    ama.tap(harold.get_by_test_id("round-half"))
    expect(harold).to_contain_text("Drank half, water, glass 100ml")
    ama.tap(edith.get_by_test_id("round-own-sheet"))
    ama.tap(ama.by("drink-tile").filter(has_text="Glass"))
    expect(ama.by("round-count")).to_have_text(SCREENS["round"]["count"].format(done=2, left=2))

    ama.tap(ama.by("round-seats"))
    look.at("round, seating order")
    ama.tap(ama.by("seat-down").first)
    expect(ama.by("seat").nth(1)).to_contain_text("Joan")
    ama.tap(ama.by("seats-done"))
    expect(ama.by("round-row").nth(1)).to_contain_text("Joan")

    # Six idle minutes lock any other screen; a round waits for fifteen, and is there again behind the PIN.
    ama.page.clock.install()
    ama.page.clock.fast_forward(6 * 60_000)
    ama.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(ama.by("round-count")).to_be_visible()
    ama.page.clock.fast_forward(10 * 60_000)
    ama.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(ama.by("staff-tile").first).to_be_visible()
    ama.sign_in("Ama Mensah")
    expect(ama.by("round-count")).to_have_text(SCREENS["round"]["count"].format(done=2, left=2))
    expect(ama.by("round-row").nth(1)).to_contain_text("Joan")
    ama.tap(ama.by("round-finish"))
    expect(ama.by("round-finished")).to_contain_text("Arthur, Joan")
    look.done()


# Start of an entry in each window of the day shift.
WINDOWS = {"waking": time(8, 30), "10-12": time(10, 30), "12-14": time(12, 30), "14-17": time(15), "17-20": time(18)}


def a_day(ben: FloorTablet, tidemark, home, name: str, ml: int, *, but: tuple[str, ...] = (), late: str | None = None, **more: Any) -> None:
    """A drink in each window of the day, saved when it happened, but for one that came an hour late."""
    day = care_day(tidemark.now())
    for window, clock in WINDOWS.items():
        if window in but:
            continue
        said = ben.statement(
            "hydration_check", {"resident": home["residents"][name], "outcome": "drank", "drunk_ml": ml, "offered_ml": ml + 50, "drink": "Tea", **more}
        )  # fmt: skip
        said["occurred_at"] = local(day, clock).isoformat()
        said["recorded_at"] = (local(day, clock) + timedelta(hours=3 if window == late else 0)).isoformat()
        ben.sync(said)


def test_a_day_is_drawn_told_and_checked_and_the_sign_off_is_in_the_log(person, tidemark, home, ben):
    a_day(ben, tidemark, home, "Joan", 250, late="10-12")
    a_day(ben, tidemark, home, "Arthur", 100)
    a_day(ben, tidemark, home, "Harold", 250, but=("10-12", "14-17"))
    a_day(ben, tidemark, home, "Edith", 20, iddsi_level=2)
    refused = ben.statement("hydration_check", {"resident": home["residents"]["Joan"], "outcome": "refused", "reason": "not_now"})
    food = ben.statement("hydration_check", {"resident": home["residents"]["Joan"], "outcome": "drank", "drunk_ml": 100, "drink": "Soup", "from_food": True})
    ben.sync(refused, food)
    senior = FloorTablet(tidemark, home["id"], "Office")
    senior.unlock(home["staff"]["Ama Mensah"])
    olive = senior.statement("resident", {"preferred_name": "Olive", "unit": "Willow", "room": "5"})
    cup = senior.statement("hydration_check", {"resident": olive["id"], "outcome": "given", "drink": "Tea", "vessel_ml": 150, "offered_ml": 150})
    senior.sync(olive)
    senior.sync(cup)
    ama = person("Ama Mensah")
    look = Look(ama)

    # Her day, two taps from Shift home
    ama.taps = 0
    ama.tap(ama.by("to-residents"))
    expect(ama.row("Stanley").get_by_test_id("behind")).to_have_text("Behind")
    expect(ama.row("Joan").get_by_test_id("behind")).to_have_count(0)
    ama.tap(ama.row("Joan").get_by_role("link", name="Joan"))
    assert ama.taps == 2
    expect(ama.by("day-chart")).to_have_attribute("aria-label", re.compile(r"Drunk 1,350ml of 1,500ml\. Expected about 1,3\d\dml by 7:4\dpm\."))
    expect(ama.by("food")).to_have_text("100ml of this is from food.")
    ama.tap(ama.by("day-table").locator("summary"))
    hours = ama.by("hour").all_inner_texts()
    assert len(hours) == 13  # 7am to 7pm; what has not come is not drawn
    assert hours[3].split() == ["10am", "250ml", "500ml", "429ml"]
    assert ama.by("hour-also").all_inner_texts()[1] == "offered, not drunk: 50ml, recorded late: 250ml"
    assert ama.by("hour-also").last.inner_text() == "refusals: 1"
    look.at("hydration today")
    ama.go(f"person={home['residents']['Stanley']}")
    expect(ama.by("no-drinks")).to_have_text(SCREENS["person"]["empty"])
    look.at("hydration today, nothing yet")

    # The shift's check: N people and two taps where nothing is missing
    ama.go("")
    ama.taps = 0
    ama.tap(ama.by("to-shift-check"))
    ama.by("check-unit").select_option("Willow")
    found = {name: row(ama, "shift-person", name) for name in ("Joan", "Arthur", "Harold", "Edith")}
    for name, finding in {"Joan": "complete", "Arthur": "complete", "Harold": "gaps", "Edith": "low_intake"}.items():
        expect(found[name].get_by_test_id("finding")).to_have_text(SCREENS["shift_check"]["finding"][finding])
    expect(found["Joan"]).to_contain_text("4 of 5 checks on time, 1 late, 0 missing")
    expect(ama.by("loose-ends")).to_contain_text("Olive")
    expect(ama.by("loose-ends").get_by_test_id("how-much")).to_be_visible()
    look.at("shift check")
    ama.tap(ama.by("sign-off"))
    expect(ama.by("problem")).to_contain_text("Choose a decision for 2 gaps")
    look.at("shift check, decisions missing")
    for gap, way in (("10-12", "gap-not-needed"), ("14-17", "gap-offered")):
        line = found["Harold"].locator(f'[data-window="{gap}"]')
        ama.tap(line.get_by_test_id(way))
        if way == "gap-not-needed":
            ama.tap(line.get_by_test_id("why").filter(has_text=SCREENS["shift_check"]["reasons"]["away"]))
        else:
            ama.tap(ama.by("drink-tile").filter(has_text="Teacup"))
            expect(line.get_by_test_id("gap-decision")).to_have_text(re.compile(r"Offered at 7:4\dpm"))
    ama.tap(found["Edith"].get_by_test_id("whom").filter(has_text=SCREENS["shift_check"]["contact"]["gp"]))
    # What was decided waits behind the lock, for whoever decided it alone.
    ama.tap(ama.by("switch"))
    ama.sign_in("Ama Mensah")
    for one in found.values():
        ama.tap(one.get_by_test_id("agree"))
    ama.tap(ama.by("sign-off"))
    expect(ama.by("signed-off")).to_be_visible()
    look.at("shift check, signed off")
    # Opened again, it is signed still: nobody signs a shift twice without knowing.
    ama.go("")
    ama.tap(ama.by("to-shift-check"))
    ama.by("check-unit").select_option("Willow")
    expect(ama.by("signed-off")).to_be_visible()
    expect(ama.by("sign-off")).to_have_count(0)

    checks = until(lambda: (got := ben.changes("shift_hydration_check")) and len(got) == 4 and got, what="four checks on the server")
    by_person = {one["fields"]["resident"]: one["fields"] for one in checks}
    harold, edith = (by_person[home["residents"][name]] for name in ("Harold", "Edith"))
    assert [one["window"] for one in harold["gaps"]] == ["10-12", "14-17"] and harold["gaps"][0]["not_needed_because"] == "Away from the home"
    (escalation,) = ben.changes("escalation")
    assert edith["escalation"] == escalation["record"] and escalation["fields"]["contacted"] == "GP or nurse"
    ledger = [json.loads(line) for line in tidemark.tidemark("ledger", "export", "--home", home["id"]).splitlines()]
    (logged,) = [line for line in ledger if '"log_entry"' in json.dumps(line)]
    assert "4 people. Complete 2, gaps 1, low intake 1." in json.dumps(logged) and "Harold" not in json.dumps(logged)

    # A second senior sees the first one's, and without a connection it is said what it rests on.
    ama.tap(ama.by("switch"))
    ama.sign_in("Priya Shah")
    expect(ama.by("another-signed")).to_be_visible()
    tidemark.kill9()
    ama.tap(ama.by("add-yours"))
    ama.go(f"person={home['residents']['Joan']}")
    ama.tap(ama.by("person-drink"))
    ama.tap(ama.by("drink-tile").filter(has_text="Teacup"))
    expect(ama.by("drink-sheet")).to_have_count(0)
    expect(ama.by("may-be-missing")).to_be_visible(timeout=20_000)
    look.at("hydration today, offline")
    ama.go("shift-check")
    expect(ama.by("only-here")).to_be_visible()
    look.at("shift check, offline, another signed off")
    look.done()
    assert ama.tablet.errors == []


def test_a_drink_is_put_right_in_four_taps_whatever_was_wrong_with_it_and_every_version_stays(person, tidemark, home, ben):
    # A home that gives two hours to write down what happened: what is put right below is not late to it.
    by_tidemark.state(tidemark, home["id"], "threshold", {"name": "hydration.bedside_minutes", "value": 120, "from": "2026-01-01T00:00:00+00:00", "reason": "x"})
    ama = person("Ama Mensah")
    look = Look(ama)
    ama.residents()
    ama.tap(ama.row("Joan").get_by_test_id("drink-button"))
    # Another's hands gave it; nobody who gave it themselves taps once more for that.
    ama.by("gave-by").locator("summary").tap()
    ama.by("gave-by").locator("select").select_option(label="Ben Okoro")
    look.at("record a drink, given by somebody else")
    ama.tap(ama.by("drink-tile").filter(has_text="Mug"))
    (made,) = until(lambda: ben.changes("hydration_check"), what="the drink on the server")
    assert made["fields"]["performed_by"] == home["staff"]["Ben Okoro"]["id"] and made["author"] == home["staff"]["Ama Mensah"]["id"]

    def now(**fields: Any) -> dict[str, Any]:
        return until(lambda: next((one for one in ben.changes("hydration_check") if all(one["fields"].get(name) == value for name, value in fields.items())), None), what=f"{fields}")

    ama.go("")
    ama.taps = 0
    ama.tap(ama.by("to-residents"))
    ama.tap(ama.row("Joan").get_by_role("link", name="Joan"))
    ama.tap(ama.by("correct").first)
    look.at("correct a drink")
    ama.tap(ama.by("correct-fraction").filter(has_text=WORDS["fraction"]["half"]))
    assert ama.taps == 4
    assert now(drunk_ml=125)["history"][-1]["fields"]["correction_reason"] == WORDS["correct"]["reasons"]["amount"]
    for field, change, reason, set_ in (
        ("correct-time", lambda at: at.fill("18:05"), "time", {"drunk_ml": 125}),
        ("correct-cup", lambda at: at.select_option(label="Teacup 150ml"), "amount", {"drunk_ml": 125, "vessel_ml": 150}),
        ("correct-outcome", lambda at: at.select_option(label=WORDS["drink"]["asleep"]), "happened", {"outcome": "asleep"}),
    ):
        ama.tap(ama.by("correct").first)
        change(ama.by(field))
        ama.tap(ama.by("correct-save"))
        expect(ama.by("correct-save")).to_have_count(0)
        put_right = now(**set_)
        until(lambda: now(**set_)["history"][-1]["fields"].get("correction_reason") == WORDS["correct"]["reasons"][reason], what=reason)
    put_right = now(outcome="asleep")
    assert put_right["fields"].get("drunk_ml") is None and put_right["fields"].get("vessel") is None
    assert datetime.fromisoformat(put_right["occurred_at"]) == local(care_day(tidemark.now()), time(18, 5))
    assert len(put_right["history"]) == 5 and put_right["history"][0]["fields"]["drunk_ml"] == 250
    # 95 minutes are late where nobody says otherwise; this home says otherwise.
    expect(ama.page.locator(".tm-entries")).to_contain_text("6:05pm")
    expect(ama.page.locator(".tm-entries")).not_to_contain_text("Recorded late")
    ama.tap(ama.by("correct").first)
    ama.tap(ama.by("correct-strike"))
    expect(ama.by("problem")).to_contain_text(WORDS["correct"]["reason_missing"])
    ama.tap(ama.page.get_by_text(WORDS["correct"]["reasons"]["twice"]))
    ama.tap(ama.by("correct-strike"))
    assert until(lambda: (one := now(outcome="asleep"))["struck_out"] and one, what="the strike")["history"][0]["fields"]["drunk_ml"] == 250

    # Somebody asks about her: three taps from the list.
    ama.residents()
    ama.taps = 0
    ama.tap(ama.row("Joan").get_by_role("link", name="Joan"))
    ama.tap(ama.by("everything").locator("summary"))
    look.at("hydration today, everything about the person")
    ama.tap(ama.by("add-contact"))
    assert ama.taps == 3
    expect(ama.by("form-contact")).to_contain_text("Joan")
    look.done()
    assert ama.tablet.errors == []


def test_a_double_tap_is_one_drink_and_asks_beside_it_whether_two_were_meant(person, home, ben):
    ama = person("Ama Mensah")
    look = Look(ama)
    ama.residents()
    ama.drink("Joan", "Mug")
    row_ = ama.row("Joan")
    row_.get_by_test_id("same-again").evaluate("one => { one.click(); one.click(); }")
    expect(row_.get_by_test_id("twice")).to_contain_text(WORDS["residents"]["already"])
    look.at("residents, tapped twice")
    until(lambda: len(ben.changes("hydration_check")) == 2, what="two drinks")
    ama.tap(row_.get_by_test_id("twice").get_by_role("button"))
    until(lambda: len(ben.changes("hydration_check")) == 3, what="the third that was meant")
    expect(row_.get_by_test_id("twice")).to_have_count(0)
    ama.tap(ama.row("Harold").get_by_test_id("drink-button"))
    ama.by("drink-tile").filter(has_text="Glass").evaluate("one => { one.click(); one.click(); }")
    expect(ama.row("Harold").get_by_test_id("twice")).to_be_visible()
    look.done()
    until(lambda: len(ben.changes("hydration_check")) == 4, what="one drink of Harold's")
    assert ama.tablet.errors == []


# One finger, twice at one place: on a cup, and the moment the sheet is gone on whatever lies there. However long the save takes,
# the page's clock stands still meanwhile.
TWO_TAPS = """async tile => {
  const {x, y} = tile.getBoundingClientRect(), at = {detail: 1, clientX: x + 9, clientY: y + 9, bubbles: true};
  const stands = performance.now();
  performance.now = () => stands;
  const under = document.createElement('button');
  under.style = 'position: fixed; inset: 0; z-index: 99; opacity: 0';
  under.onclick = () => { under.dataset.taps = Number(under.dataset.taps ?? 0) + 1; };
  document.body.append(under);
  tile.dispatchEvent(new MouseEvent('click', at));
  while (document.querySelector('[data-testid=drink-sheet]')) await new Promise(requestAnimationFrame);
  under.dispatchEvent(new MouseEvent('click', at));
  const fell = under.dataset.taps ?? 0;
  under.dispatchEvent(new MouseEvent('click', {...at, clientX: at.clientX + 90}));
  under.remove();
  return [Number(fell), Number(under.dataset.taps ?? 0)];
}"""


def test_the_second_tap_of_a_finger_on_a_cup_never_falls_through_to_somebody_elses_row(person, home, ben):
    ama = person("Ama Mensah")
    ama.residents()
    ama.tap(ama.row("Joan").get_by_test_id("drink-button"))
    fell, elsewhere = ama.by("drink-tile").filter(has_text="Mug").evaluate(TWO_TAPS)
    assert (fell, elsewhere) == (0, 1), "the same place is the same finger, and another place is not"
    until(lambda: len(ben.changes("hydration_check")) == 1, what="one drink")
