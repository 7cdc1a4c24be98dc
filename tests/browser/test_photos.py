"""A resident's photo: added on the manager's page, it stands beside the name on the tablet, offline too, and goes when it is removed."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.harness import small_home
from tests.harness.browser import DESKTOP
from tests.harness.hands import SAVED, Hands
from tests.harness.portraits import face, photograph
from tests.harness.processes import until


def shown(where) -> None:
    """A picture that was really drawn, and is heard by nobody: the name stands beside it."""
    picture = where.locator("img.tm-face").first
    expect(picture).to_be_visible()
    expect(picture).to_have_attribute("alt", "")
    assert picture.evaluate("one => one.decode().then(() => [one.naturalWidth, one.naturalHeight])") == [160, 160]


def kept(hands: Hands) -> list[str]:
    """The digests of the photos that lie in the tablet's storage."""
    return hands.page.evaluate(
        """() => new Promise(done => { const opening = indexedDB.open('tidemark'); opening.onsuccess = () => {
             const asked = opening.result.transaction('meta').objectStore('meta').getAllKeys();
             asked.onsuccess = () => { opening.result.close(); done(asked.result.filter(key => key.startsWith('face ')).map(key => key.slice(5))); }; }; })"""
    )


def size(where) -> tuple[float, float]:
    box = where.bounding_box()
    return box["width"], box["height"]


def at_the_page(browsers, tidemark, home):
    sue = browsers.open(size=DESKTOP).page
    sue.goto(f"{tidemark.url}/sign-in")
    sue.fill("#email", home["manager"]["email"])
    sue.fill("#password", small_home.PASSWORD)
    sue.locator("form[action='/sign-in'] button").click()
    sue.goto(f"{tidemark.url}/set-up/residents/{home['residents']['Joan']}")
    return sue


def test_a_photo_added_on_the_page_is_on_the_tablet_offline_too_and_gone_once_it_is_removed(browsers, tidemark, home, person):
    ama = person("Ama Mensah")
    ama.residents()
    joan, arthur = ama.row("Joan"), ama.row("Arthur")
    expect(joan.locator(".tm-face")).to_have_text("J")
    before = size(joan)

    sue = at_the_page(browsers, tidemark, home)
    sue.locator("a[href$='/photo']").click()
    sue.set_input_files("#photo", {"name": "Joan Vane.jpg", "mimeType": "image/jpeg", "buffer": face()})
    sue.check("[name=photo_basis][value=consent]")
    sue.fill("#photo_agreed_with", "Joan Vane")
    sue.fill("#photo_agreed_on", "2026-01-05")
    sue.locator("form[action$='/photo'] button").click()
    expect(sue.get_by_test_id("photo")).to_be_visible()

    shown(joan)
    assert size(joan) == before, "a row neither jumps nor grows when the photo comes"
    expect(arthur.locator("img")).to_have_count(0)
    ama.tap(joan.get_by_test_id("drink-button"))
    shown(ama.by("drink-sheet"))
    ama.tap(ama.by("drink-tile").filter(has_text="Teacup"))
    ama.go(f"person={home['residents']['Joan']}")
    shown(ama.page.locator("h1"))

    ama.tablet.wait(lambda: not ama.queued(), what="the drink to be sent")
    assert len(kept(ama)) == 1
    tidemark.kill9()
    ama.page.reload()
    ama.sign_in("Ama Mensah")  # nobody to ask
    ama.residents()
    shown(ama.row("Joan"))
    ama.drink("Joan", "Mug")
    ama.expect_state("Joan", SAVED)
    shown(ama.row("Joan"))
    # Locked, and warm: whom to help shows too, once the look is recorded.
    ama.tap(ama.by("switch"))
    ama.go("emergency")
    ama.tap(ama.by("emergency-show"))
    shown(ama.by("emergency-person").filter(has_text="Joan"))

    tidemark.start()
    sue.goto(f"{tidemark.url}/set-up/residents/{home['residents']['Joan']}/photo")
    sue.fill("#remove_reason", "She would rather not")
    sue.locator("form[action$='/remove'] button").click()
    expect(sue.get_by_test_id("photo")).to_have_count(0)
    expect(ama.by("emergency-person").filter(has_text="Joan").locator("img")).to_have_count(0)
    ama.tablet.wait(lambda: kept(ama) == [], what="the photo to be dropped")


def test_another_photo_takes_the_place_of_the_first_and_only_it_is_fetched(tidemark, home, person):
    first, _ = photograph(tidemark, home, "Joan")
    other, _ = photograph(tidemark, home, "Edith", (90, 60, 40))
    ben = person("Ben Okoro")
    asked: list[list[str]] = []
    ben.page.on("request", lambda request: asked.append(request.post_data_json["sha256"]) if request.url.endswith("/photos") else None)
    ben.residents()
    shown(ben.row("Joan"))
    shown(ben.row("Edith"))
    newer, _ = photograph(tidemark, home, "Joan", (220, 180, 150))
    ben.tablet.wait(lambda: sorted(kept(ben)) == sorted([newer, other]), what="the newer photo")
    shown(ben.row("Joan"))
    fetched = [one for few in asked for one in few]
    assert fetched.count(newer) == 1 and fetched.count(other) <= 1 and max(len(few) for few in asked) <= 4


def test_a_photo_that_does_not_come_delays_no_entry(tidemark, home, person):
    ama = person("Ama Mensah")
    ama.residents()
    held: list = []
    ama.page.route("**/api/v1/photos", lambda route: held.append(route))  # never answered
    photograph(tidemark, home, "Joan")
    until(lambda: ama.page.evaluate("1") and held, what="the photo to be asked for")
    ama.drink("Joan", "Teacup")
    ama.drink("Harold", "Mug")
    ama.tablet.wait(lambda: not ama.queued(), what="both drinks to be sent")
    expect(ama.row("Joan").locator(".tm-face")).to_have_text("J")


def test_in_practice_initials_stand_where_a_photo_would(person):
    ama = person("Ama Mensah")
    ama.open("?practice#residents")
    faces = ama.by("resident-row").locator(".tm-face")
    expect(faces).to_have_count(6)
    assert all(len(one) in (1, 2) for one in faces.all_text_contents())
