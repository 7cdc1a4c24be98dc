"""What staff record beside drinks, in few taps: an incident, its correction, and what was begun and not finished."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from sync import days
from sync.messages import section
from tests.browser.test_screens import Look
from tests.harness import by_tidemark
from tests.harness.floor import FloorTablet
from tests.harness.hands import SAVED, SENT
from tests.harness.processes import until

FORMS = section("forms")


def records(tidemark, home, name: str, kind: str, *, of: str = "Ama Mensah") -> list[dict]:
    """What the server shows another tablet of this kind."""
    elsewhere = FloorTablet(tidemark, home["id"], name)
    elsewhere.unlock(home["staff"][of])
    return until(lambda: elsewhere.changes(kind), what=f"the {kind} on another tablet")


def test_an_incident_is_recorded_offline_in_seven_taps_and_put_right_in_four(person, tidemark, home):
    ama = person("Ama Mensah")
    look = Look(ama)
    look.at("shift home with its places")
    tidemark.kill9()
    ama.go("")
    ama.taps = 0
    ama.tap(ama.by("place-record"))
    ama.tap(ama.by("to-form-incident"))
    ama.tap(ama.by("form-next"))
    expect(ama.by("problem")).to_contain_text("Choose what happened")
    look.at("incident, nothing chosen")
    ama.tap(ama.by("ask-type-fall"))
    ama.tap(ama.by("ask-resident").filter(has_text="Joan"))
    ama.tap(ama.by("ask-harm-low"))
    look.at("incident, when")
    # Begun, left, locked and found again by its author, and by nobody else.
    ama.go("")
    ama.tap(ama.by("to-drafts"))
    expect(ama.by("draft")).to_contain_text("Incident")
    ama.tap(ama.by("draft").locator("a"))
    ama.tap(ama.by("form-save"))
    expect(ama.by("form-saved").get_by_test_id("row-state")).to_have_text(SAVED)
    expect(ama.by("form-saved")).to_contain_text("Joan")
    assert ama.taps <= 10  # seven, and those that looked at an error and at what was not finished
    tidemark.start()
    expect(ama.by("form-saved").get_by_test_id("row-state")).to_have_text(SENT, timeout=30_000)
    ama.tap(ama.by("to-entry"))
    before = ama.taps
    ama.tap(ama.by("correct"))
    ama.tap(ama.page.get_by_text("Another reason"))
    look.at("incident, correction")
    ama.tap(ama.by("ask-harm-moderate"))
    ama.tap(ama.by("form-change"))
    assert ama.taps - before == 4
    expect(ama.by("version")).to_have_count(2)
    expect(ama.by("version").first).to_contain_text("Low: first aid")
    expect(ama.by("version").last).to_contain_text("Moderate: more treatment")
    look.at("incident, corrected")
    found = until(lambda: [one for one in records(tidemark, home, "Elsewhere", "incident") if one["fields"]["harm"] == "moderate"], what="the correction")
    (incident,) = found
    assert incident["fields"]["resident"] == home["residents"]["Joan"]
    assert incident["fields"]["unit"] == "Willow"
    assert set(incident["history"][1]["fields"]) == {"harm", "correction_reason"}
    look.done()


def shift_now(tidemark) -> str:
    return days.shift_of(tidemark.now())


def test_a_drawn_shift_is_observed_in_eight_taps_and_a_copied_reason_is_told(person, tidemark, home):
    shift, now = shift_now(tidemark), tidemark.now()
    rota = FloorTablet(tidemark, home["id"], "Office")
    rota.unlock(home["staff"]["Priya Shah"])
    for name, role in (("Ama Mensah", "senior_carer"), ("Ben Okoro", "support_worker")):
        planned = {"staff": home["staff"][name]["id"], "shift": shift, "unit": "Willow", "role": role, "from": now.isoformat(), "to": now.isoformat()}
        rota.sync(rota.statement("rota_shift", planned))
    why = "Two people need two staff to move"
    before = days.shift_of(days.shift_bounds(shift)[0] - timedelta(minutes=1))
    rota.sync(rota.statement("allocation", {"shift": before, "unit": "Willow", "rationale": f" {why.upper()}"}))
    sample = by_tidemark.state(tidemark, home["id"], "shift_sample", {
        "shift": shift, "unit": "Willow", "from": (now - timedelta(hours=1)).isoformat(), "to": (now + timedelta(hours=1)).isoformat(),
    })  # fmt: skip
    priya = person("Priya Shah")
    look = Look(priya)
    expect(priya.by("place-staffing")).to_be_visible()
    until(lambda: priya.page.evaluate("location.hash = 'staffing'; 1") and priya.by("observe").count(), what="the draw on the tablet")
    look.at("staffing, a shift is drawn")
    priya.go("")
    priya.taps = 0
    priya.tap(priya.by("place-staffing"))
    priya.tap(priya.by("observe"))
    expect(priya.by("planned-actual")).to_contain_text("1 senior carer, 1 support worker")
    look.at("observation, who is there")
    priya.tap(priya.by("planned-actual"))
    priya.tap(priya.by("none-delays"))
    for field in ("unmet_need", "rushed_support"):
        priya.tap(priya.page.get_by_role("group", name=FORMS["deployment_observation"]["fields"][field]["label"]).get_by_text("No", exact=True))
    priya.tap(priya.by("ask-staff_pressure-some"))
    priya.tap(priya.by("form-save"))
    expect(priya.by("form-saved")).to_be_visible()
    assert priya.taps == 8
    (seen,) = records(tidemark, home, "Elsewhere", "deployment_observation")
    assert seen["fields"]["sample"] == sample and seen["fields"]["no_delays_confirmed"] is True
    assert seen["fields"]["actual"] == [{"role": "senior_carer", "count": 1, "agency": 0}, {"role": "support_worker", "count": 1, "agency": 0}]
    assert seen["fields"]["hours_deployed"] == 4

    # Nobody drew this one; somebody is from an agency, and a delay says what was done.
    priya.go("form=deployment_observation")
    priya.tap(priya.by("ask-unit").filter(has_text="Willow"))
    priya.tap(priya.by("more-agency-support_worker"))
    priya.tap(priya.by("form-next"))
    priya.tap(priya.by("form-next"))
    expect(priya.by("problem")).to_contain_text("Add what was delayed")
    priya.tap(priya.by("add-delays"))
    priya.tap(priya.by("ask-what-call_bell"))
    priya.tap(priya.page.get_by_text("15 minutes", exact=True))
    priya.by("ask-response").fill("The senior answered it")
    look.at("observation, a delay")
    priya.tap(priya.by("keep-delays"))
    expect(priya.by("item-delays")).to_contain_text("Answering a bell, 15 minutes, The senior answered it")
    priya.tap(priya.by("form-next"))
    rota.sync(rota.statement("rota_shift", {"staff": home["staff"]["Sue Hart"]["id"], "shift": shift, "unit": "Willow", "role": "senior_carer", "from": now.isoformat()}))
    for field in ("unmet_need", "rushed_support"):
        priya.tap(priya.page.get_by_role("group", name=FORMS["deployment_observation"]["fields"][field]["label"]).get_by_text("Yes", exact=True))
    priya.tap(priya.by("ask-staff_pressure-high"))
    priya.by("ask-feedback_heard").fill("Joan said that she waited")
    priya.by("switch").tap()
    priya.sign_in("Priya Shah")  # asks the server; what was begun stands where it was
    expect(priya.by("warning")).to_contain_text("Rota changed since you started", timeout=40_000)
    look.at("observation, the rota changed")
    priya.tap(priya.by("form-save"))
    found = until(lambda: [one for one in records(tidemark, home, "Elsewhere 2", "deployment_observation") if one["fields"].get("delays")], what="the delay")
    assert found[0]["fields"]["delays"][0]["minutes"] == 15 and found[0]["fields"]["delays"][0]["id"]
    assert found[0]["fields"]["feedback_heard"] == "Joan said that she waited"
    assert found[0]["fields"]["actual"][1] == {"role": "support_worker", "count": 1, "agency": 1}

    priya.go(f"form=allocation.{shift}")
    priya.tap(priya.by("ask-unit").filter(has_text="Willow"))
    priya.tap(priya.by("ask-staff").filter(has_text="Ben"))
    priya.tap(priya.by("form-next"))
    priya.tap(priya.by("ask-dependency-higher"))
    priya.tap(priya.by("form-next"))
    priya.by("ask-rationale").fill(why)
    expect(priya.by("warning").first).to_contain_text("counts as copied")
    expect(priya.by("warning").last).to_contain_text("This shift has started")
    look.at("allocation, a copied reason")
    priya.tap(priya.by("form-save"))
    expect(priya.by("problem")).to_contain_text("Say what changed, and why")  # the shift has started
    priya.by("ask-changed_because").fill("Ben came early")
    priya.tap(priya.by("form-save"))
    expect(priya.by("form-saved").get_by_test_id("row-state")).to_have_text(SENT, timeout=30_000)
    look.done()


def test_a_word_without_a_name_a_preference_for_the_plan_and_a_handover(person, tidemark, home):
    FloorTablet(tidemark, home["id"], "Tablet 2 of the lounge")
    ama = person("Ama Mensah")
    look = Look(ama)
    expect(ama.by("place-record")).to_be_visible()
    tidemark.kill9()
    ama.go("form=feedback.staff")
    ama.tap(ama.by("ask-theme-pressure"))
    ama.by("ask-words").fill("Two of us for twelve people")
    ama.tap(ama.page.get_by_role("group", name="Do you want your name left out?").get_by_text("Yes", exact=True))
    expect(ama.by("warning")).to_contain_text("The home's ledger still holds it")
    look.at("feedback, without a name")
    ama.tap(ama.by("form-save"))
    ama.tap(ama.by("to-entry"))
    expect(ama.by("versions")).to_contain_text("Somebody who asked not to be named")
    expect(ama.by("versions")).not_to_contain_text("Ama Mensah")
    ama.go("not-sent")
    expect(ama.by("queue-list")).to_contain_text("Somebody who asked not to be named")
    expect(ama.by("queue-list")).not_to_contain_text("Ama Mensah")

    ama.go(f"form=feedback.{home['residents']['Joan']}")
    ama.tap(ama.by("ask-whose-resident"))
    ama.tap(ama.by("ask-theme-drink_preference"))
    ama.by("ask-words").fill("I like my tea in a china cup")
    ama.tap(ama.by("form-save"))
    expect(ama.by("form-saved")).to_contain_text("Joan")
    ama.go("")
    ama.tap(ama.by("to-suggestions"))
    look.at("suggestions for plans")
    ama.tap(ama.by("suggestion-no"))
    expect(ama.by("problem")).to_contain_text("Say why it is not needed")
    ama.tap(ama.by("suggestion-yes"))
    expect(ama.by("suggestion")).to_have_count(0)

    ama.residents()
    ama.drink("Harold", "Mug")
    ama.tap(ama.row("Harold").get_by_test_id("drink-button"))
    ama.tap(ama.by("to-entry"))
    ama.tap(ama.by("flag"))
    expect(ama.by("flagged")).to_be_visible()
    look.at("an entry, flagged for handover")

    ama.go("")
    ama.taps = 0
    ama.tap(ama.by("place-handover"))
    expect(ama.by("handover-offline")).to_be_visible()
    expect(ama.by("handover-changes")).to_contain_text("Harold")
    # Without a connection nobody has told it which tablets are silent: to it, each of them may be.
    expect(ama.by("handover-tablets")).to_contain_text("Tablet 2 of the lounge may hold entries that are not here")
    ama.by("handover-line").fill("The lift is out of order")
    ama.by("handover-add").tap()
    expect(ama.by("handover-tablets")).to_contain_text("not sent yet")
    expect(ama.by("handover-changes")).to_contain_text("Joan")
    look.at("handover, offline")
    ama.tap(ama.by("handover-give"))
    assert ama.taps == 2  # and the line, which is typed
    expect(ama.by("handover-added")).to_contain_text("The lift is out of order")
    tidemark.start()
    ama.by("switch").tap()
    ama.sign_in("Priya Shah")
    expect(ama.by("handover-accept")).to_be_visible()  # where the one before had left it
    ama.go("")
    ama.taps = 0
    ama.tap(ama.by("place-handover"))
    expect(ama.by("row-state").first).to_have_text(SENT, timeout=30_000)
    look.at("handover, to accept")
    ama.tap(ama.by("handover-accept"))
    assert ama.taps == 2
    expect(ama.by("accepted-before")).to_contain_text("Handover already accepted by Priya Shah")
    look.done()
    elsewhere = FloorTablet(tidemark, home["id"], "Elsewhere")
    elsewhere.unlock(home["staff"]["Priya Shah"])
    plan = until(lambda: [one for one in elsewhere.changes("hydration_plan") if one["fields"].get("preferences")], what="the plan with it")
    assert plan[0]["fields"]["preferences"] == "I like my tea in a china cup" and plan[0]["fields"]["resident"] == home["residents"]["Joan"]
    (given,) = until(lambda: [one for one in elsewhere.changes("handover") if one["fields"].get("accepted_by")], what="the accepted handover")
    assert given["fields"]["accepted_by"] == home["staff"]["Priya Shah"]["id"]
    assert "Tablet 2 of the lounge" in given["fields"]["silent_devices"]
    assert "The lift is out of order" in [one["words"] for one in given["fields"]["lines"]]
    assert elsewhere.changes("feedback") == []


# Everything by which a page could get in somebody's way, written down from now on.
LISTEN = """() => {
  self.came = [];
  for (const name of ['alert', 'confirm', 'prompt', 'print']) self[name] = () => { came.push(name); return null; };
  Notification.requestPermission = async () => { came.push('asked to notify'); return 'denied'; };
  navigator.storage.persist = async () => { came.push('asked to keep'); return false; };
  const show = HTMLDialogElement.prototype.showModal;
  HTMLDialogElement.prototype.showModal = function () { came.push('a dialog'); show.call(this); };
  const reload = new MutationObserver(() => document.querySelector('[data-testid=new-version], [data-testid=staff-tile]') && came.push('a notice or the lock'));
  reload.observe(document.body, {childList: true, subtree: true});
  dispatchEvent(new Event('beforeinstallprompt', {cancelable: true}));
}"""
# A newer version of the app has been fetched and waits: the browser says so as it always does.
NEW_VERSION = """async () => {
  const registration = await navigator.serviceWorker.getRegistration(), worker = new EventTarget();
  Object.defineProperty(registration, 'waiting', {value: {postMessage: one => came.push(one.type)}});
  Object.defineProperty(registration, 'installing', {value: worker});
  registration.dispatchEvent(new Event('updatefound'));
  worker.dispatchEvent(new Event('statechange'));
}"""


def test_nothing_gets_in_the_way_of_an_open_form_and_what_is_saved_is_ready_for_the_system_that_is_the_record(person, tidemark, home):
    by_tidemark.state(tidemark, home["id"], "record_system", {"of": "daily_note", "system": "Careplan Plus"})
    ama, ben = person("Ama Mensah"), FloorTablet(tidemark, home["id"], "Tablet 2")
    ben.unlock(home["staff"]["Ben Okoro"])

    def typed_on(field, words: str) -> None:
        """Typing goes on in the same field, letter by letter, while all sorts of things happen."""
        expect(field).to_be_focused()
        field.press_sequentially(words)

    def all_sorts() -> None:
        ama.page.evaluate(NEW_VERSION)
        ben.sync(ben.statement("hydration_check", {"resident": home["residents"]["Joan"], "outcome": "unwell", "red_flags": ["choking"]}))
        expect(ama.by("nav-alerts").locator(".tm-nav__count")).to_be_visible(timeout=40_000)  # an urgent alert has come meanwhile
        tidemark.kill9()
        expect(ama.by("link-line")).to_be_attached(timeout=40_000)

    ama.go("form=daily_note")
    expect(ama.by("elsewhere")).to_contain_text("Careplan Plus is this home's record of it")
    ama.tap(ama.by("ask-resident").filter(has_text="Joan"))
    note = ama.by("ask-words")
    note.fill("She slept ")
    ama.page.evaluate(LISTEN)
    all_sorts()
    typed_on(note, "well and ate")
    assert (note.input_value(), ama.page.evaluate("came")) == ("She slept well and ate", [])
    ama.tap(ama.by("form-save"))
    expect(ama.by("form-saved").get_by_test_id("row-state")).to_have_text(SAVED)
    for said in ("Joan", "She slept well and ate", "Ama Mensah"):
        expect(ama.by("copy-text")).to_contain_text(said)
    ama.by("copy-ref").fill("CP-118")
    ama.tap(ama.by("copy-keep"))
    tidemark.start()
    until(lambda: [one for one in records(tidemark, home, "Elsewhere", "daily_note") if one["fields"].get("record_ref") == "CP-118"], what="the number that it has there")
    ama.go("")
    expect(ama.by("new-version")).to_be_visible()  # said where nothing is being entered
