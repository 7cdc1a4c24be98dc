"""A resident's photo: who may add it, what is refused, what is left of the camera's file, whom a tablet must have to get it."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import uuid
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from server import clock
from server.people import store
from server.problems import Problem
from server.records import backup, intake, photos, picture
from sync import days
from tests.harness.apps import config_for
from tests.harness.visitor import Visitor

MINUTE_MS, DAY_MS = 60_000, 24 * 3_600_000
SECRET = b"51.5014N 0.1419W"
RED, BLUE = (220, 30, 30), (30, 30, 220)


def pictured(form: str = "JPEG", size: tuple[int, int] = (400, 300), colour=RED, **saved) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form, **saved)
    return out.getvalue()


def half_and_half(turned: int = 1) -> bytes:
    """Red above, blue below, as a camera saves it that was held in the way that EXIF calls `turned`."""
    upright = Image.new("RGB", (400, 400), RED)
    upright.paste(BLUE, (0, 200, 400, 400))
    as_held = {1: upright, 3: upright.rotate(180), 6: upright.rotate(90), 8: upright.rotate(270)}[turned]
    exif = Image.Exif()
    exif[0x0112] = turned
    exif[0x010E] = SECRET.decode()  # what it shows
    exif.get_ifd(0x8825)[29] = SECRET.decode()  # GPS
    out = io.BytesIO()
    as_held.save(out, "JPEG", exif=exif, comment=SECRET, quality=95)
    assert SECRET in out.getvalue()
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def today(back: int = 0) -> str:
    return (days.care_day(days.from_ms(clock.now_ms())) - timedelta(days=back)).isoformat()


def said(file: bytes | None, **fields):
    given_ = {"photo_basis": "consent", "photo_agreed_with": "Edith Vane", "photo_agreed_on": today(), **fields}
    return {**given_, **({"photo": (io.BytesIO(file), "her name.jpg")} if file is not None else {})}


def send(visitor: Visitor, resident: uuid.UUID, file: bytes | None = None, **fields):
    form = f"/set-up/residents/{resident}/photo"
    version = fields.pop("version", None) or visitor.open(form).html.split('name="version" value="')[1].split('"')[0]
    return visitor.send(form, version=version, **said(file, **fields))


def remove(visitor: Visitor, resident: uuid.UUID, why: str = "She would rather not"):
    form = f"/set-up/residents/{resident}/photo"
    version = visitor.open(form).html.split('name="version" value="')[1].split('"')[0]
    return visitor.send(f"{form}/remove", form_at=form, version=version, remove_reason=why)


def digest_of(home, resident) -> str | None:
    return home.record(resident)["fields"].get("photo")


def kept(home) -> list[str]:
    return [row[0] for row in home.sql("SELECT sha256 FROM photo ORDER BY received_ms")]


def ask(tablet, *digests: str, grant: str | None = ...):
    body = {"grant": tablet.grant if grant is ... else grant, "sha256": list(digests)}
    return tablet.client.post("/api/v1/photos", json=body, headers=tablet.auth)


@pytest.fixture
def photographed(sue, edith):
    assert "The photo is saved" in send(sue, edith, pictured()).text
    return edith


# ---- the page ----


def test_a_photo_is_added_on_the_page_with_who_when_why_and_its_digest_in_the_ledger(home, sue, edith):
    page = send(sue, edith, pictured())
    assert page.status == 200 and page.path == f"/set-up/residents/{edith}" and f'src="/photos/{edith}"' in page.html
    (digest,) = kept(home)
    row = home.rows()[-1]["submission"]
    assert row["author"] == str(sue.person.id) and row["record"] == str(edith)
    assert row["fields"] == {"photo": digest, "photo_basis": "consent", "photo_agreed_with": "Edith Vane", "photo_agreed_on": today()}
    shown = sue.client.get(f"/photos/{edith}")
    assert hashlib.sha256(shown.data).hexdigest() == digest
    assert "The resident has agreed" in page.text and digest[:12] in page.text, "the history says which photo and on what ground"


def test_what_a_page_answers_with_a_photo_is_kept_by_nobody_and_names_nobody(sue, photographed):
    shown = sue.client.get(f"/photos/{photographed}")
    assert (shown.status_code, shown.content_type) == (200, "image/jpeg")
    assert shown.headers["Cache-Control"] == "no-store" and shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "her name" not in str(shown.headers) and b"her name" not in shown.data


def test_a_photo_is_a_small_upright_square_of_a_few_kilobytes(home):
    for file in (pictured("JPEG", (4000, 3000)), pictured("PNG", (300, 900)), pictured("WEBP", (500, 500)), pictured("PNG", (100, 100))):
        made = opened(content := picture.square(file))
        assert made.size == (160, 160) and made.format == "JPEG" and len(content) < 12_000


@pytest.mark.parametrize("turned", [1, 3, 6, 8])
def test_a_photo_is_turned_upright_and_nothing_that_the_camera_wrote_is_left_of_it(turned):
    content = picture.square(half_and_half(turned))
    made = opened(content)
    above, below = made.getpixel((80, 20)), made.getpixel((80, 140))
    assert above[0] > 180 > above[2] and below[2] > 180 > below[0]
    assert SECRET not in content and not made.getexif() and not {"exif", "comment", "xmp", "icc_profile"} & set(made.info)
    assert b"Exif" not in content and b"http://ns.adobe.com" not in content


def test_a_picture_without_a_ground_of_its_own_stands_on_white():
    out = io.BytesIO()
    Image.new("RGBA", (200, 200), (0, 0, 0, 0)).save(out, "PNG")
    assert min(opened(picture.square(out.getvalue())).getpixel((80, 80))) > 250


BAD = {
    "a text": (b"Edith Vane, room 12", "photo_type"),
    "a page": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo_type"),
    "a GIF": (pictured("GIF"), "photo_type"),
    "a TIFF": (pictured("TIFF"), "photo_type"),
    "a PDF": (b"%PDF-1.7", "photo_type"),
    "nothing": (b"", "photo_type"),
    "a photo that was cut off": (pictured("PNG")[:200], "photo_type"),
    "a JPEG of its first bytes alone": (b"\xff\xd8\xff\xe0" + bytes(500), "photo_type"),
    "a stamp": (pictured("PNG", (99, 400)), "photo_small"),
    "more dots than memory holds": (pictured("PNG", (10_000, 6_000)), "photo_large"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_is_no_photo_is_refused_with_a_sentence_and_changes_nothing(case):
    file, code = BAD[case]
    with pytest.raises(Problem) as refused:
        picture.square(file)
    assert refused.value.code == code


def test_a_bad_file_is_refused_on_the_form_and_nothing_is_written(home, sue, edith):
    before = home.rows()
    page = send(sue, edith, b"not a photo")
    assert page.status == 415 and "Choose a JPEG, PNG or WebP picture" in page.text and "Edith Vane" in page.html, "what was typed stands"
    assert send(sue, edith, pictured("PNG", (99, 99))).status == 415
    assert send(sue, edith, b"\xff\xd8\xff" + bytes(picture.MOST_BYTES)).status == 413
    assert home.rows() == before and kept(home) == []


@given(st.binary(max_size=400), st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x01\x00\x00WEBP"]))
def test_whatever_the_bytes_are_they_are_a_square_or_a_refusal(rest, start):
    try:
        assert opened(picture.square(start + rest)).size == (160, 160)
    except Problem as refused:
        assert refused.code.startswith("photo_")


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [("photo_basis", "on what ground"), ("photo_agreed_with", "who agreed or decided"), ("photo_agreed_on", "Choose the day")],
)
def test_without_the_ground_on_which_it_is_kept_no_photo_is_taken(home, sue, edith, left_out, sentence):
    page = send(sue, edith, pictured(), **{left_out: ""})
    assert page.status == 400 and sentence in page.text and kept(home) == []
    assert send(sue, edith, pictured(), photo_basis="family said so").status == 400
    assert send(sue, edith, pictured(), photo_agreed_on=today(-2)).status == 400, "nobody has agreed in the days to come"
    assert send(sue, edith, None).status == 400 and kept(home) == []


def test_another_photo_takes_its_place_with_a_reason_and_the_first_is_erased(home, sue, photographed):
    first = digest_of(home, photographed)
    assert send(sue, photographed, pictured(colour=BLUE)).status == 400, "a change says why"
    page = send(sue, photographed, pictured(colour=BLUE), reason="Her hair is white now", photo_basis="best_interests", photo_agreed_with="Dr Boateng, GP")
    second = digest_of(home, photographed)
    assert page.status == 200 and first != second and kept(home) == [second]
    assert "Her hair is white now" in page.text and first[:12] in page.text and "best-interests decision" in page.text


def test_the_ground_can_be_said_anew_without_another_photo(home, sue, photographed):
    first = digest_of(home, photographed)
    page = send(sue, photographed, None, reason="Asked again", photo_agreed_with="Edith, again")
    assert page.status == 200 and "Edith, again" in page.text and kept(home) == [first] == [digest_of(home, photographed)]


def test_a_removed_photo_is_erased_and_its_history_stays(home, sue, photographed):
    digest = digest_of(home, photographed)
    assert remove(sue, photographed, "").status == 400 and kept(home) == [digest]
    page = remove(sue, photographed)
    assert "removed and erased" in page.text and "She would rather not" in page.text and digest[:12] in page.text
    assert kept(home) == [] and not {"photo", "photo_basis", "photo_agreed_with", "photo_agreed_on"} & set(home.record(photographed)["fields"])
    assert sue.client.get(f"/photos/{photographed}").status_code == 404
    assert digest in json.dumps(home.rows()), "the ledger says which it was"


def test_two_who_change_it_at_once_do_not_overwrite_each_other(home, sue, photographed):
    form = f"/set-up/residents/{photographed}/photo"
    version = sue.open(form).html.split('name="version" value="')[1].split('"')[0]
    assert remove(sue, photographed).status == 200
    late = send(sue, photographed, pictured(colour=BLUE), version=version, reason="Newer")
    assert late.status == 409 and digest_of(home, photographed) is None


def test_who_may_see_residents_sees_photos_and_who_may_set_up_changes_them(house, home, sue, photographed):
    shown, form = f"/photos/{photographed}", f"/set-up/residents/{photographed}/photo"
    worker = Visitor.manager(home, ["support_worker"], "Ben Okoro")
    assert worker.client.get(shown).status_code == 403 and worker.open(form).status == 403
    lead = Visitor.manager(home, ["nominated_individual"], "Nia Rees")
    assert lead.client.get(shown).status_code == 200
    elsewhere = Visitor.manager(house.home("Elsewhere"), ["registered_manager"], "Lee Marsh")
    assert elsewhere.client.get(shown).status_code == 404 and elsewhere.open(form).status == 404
    assert house.app.test_client().get(shown).status_code in (302, 303)


# ---- tablets ----


def test_a_tablet_gets_photos_with_the_grant_of_whoever_unlocked_it(home, sue, tablet, photographed):
    digest = digest_of(home, photographed)
    answer = ask(tablet, digest, "0" * 64)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    (one,) = answer.json["photos"]
    assert one["sha256"] == digest == hashlib.sha256(base64.b64decode(one["content"])).hexdigest()
    (change,) = [change for change in tablet.sync()["changes"] if change["record"] == str(photographed)]
    assert change["fields"]["photo"] == digest


@pytest.mark.parametrize("grant", [None, "", "made up"])
def test_the_token_alone_reads_no_photo(home, tablet, photographed, grant):
    answer = ask(tablet, digest_of(home, photographed), grant=grant)
    assert answer.status_code in (400, 403) and b"photos" not in answer.data


def test_a_grant_opens_photos_on_its_own_tablet_of_its_own_home_and_nowhere_else(house, home, tablet, photographed):
    digest = digest_of(home, photographed)
    other = home.tablet("Willow 2")
    assert ask(other, digest, grant=tablet.grant).status_code == 403
    far = house.home("Elsewhere")
    stranger = far.tablet()
    stranger.unlock(far.staff("Lee Marsh"))
    assert ask(stranger, digest).json == {"photos": []}, "another home's photo is unknown"
    assert ask(stranger, digest, grant=tablet.grant).status_code == 403
    assert tablet.client.post("/api/v1/photos", json={"grant": tablet.grant, "sha256": [digest]}).status_code == 401


def test_a_tablet_or_a_person_whose_access_has_ended_gets_none(house, home, ama, tablet, photographed):
    digest, other = digest_of(home, photographed), home.tablet("Willow 2")
    other.unlock(ben := home.staff("Ben Okoro"))
    assert len(ask(tablet, digest).json["photos"]) == len(ask(other, digest).json["photos"]) == 1
    with house.app.app_context():
        store.revoke_person(home.id, ben.id, at_ms=clock.now_ms(), now_ms=clock.now_ms())
    assert ask(other, digest).status_code == 403
    with house.app.app_context():
        store.revoke_device(home.id, tablet.id, now_ms=clock.now_ms())
    answer = ask(tablet, digest)
    assert (answer.status_code, answer.json["code"]) == (401, "revoked")


def test_whoever_has_left_is_shown_on_no_tablet_and_erased_after_thirty_days(house, home, tablet, photographed):
    digest = digest_of(home, photographed)
    home.append(_later(home, photographed, {"left_on": today()}))
    assert ask(tablet, digest).json == {"photos": []} and kept(home) == [digest]
    tidy(house, home, 29)
    assert kept(home) == [digest]
    tidy(house, home, 31)
    assert kept(home) == []


def test_a_photo_of_somebody_entered_in_error_and_one_that_no_record_ever_named_are_erased(house, home, sue, photographed):
    with house.app.app_context():
        photos.keep(home.id, pictured(colour=BLUE), now_ms=clock.now_ms())
    tidy(house, home)
    assert len(kept(home)) == 2, "one lies here before its record names it"
    tidy(house, home, minutes=11)
    assert kept(home) == [digest_of(home, photographed)]
    home.append(_later(home, photographed, {"struck_out": True, "correction_reason": "Entered twice"}))
    tidy(house, home, minutes=11)
    assert kept(home) == []


def test_a_tablet_asks_for_a_few_photos_at_a_time_and_for_nothing_else(tablet):
    assert ask(tablet, *["0" * 64] * 9).status_code == 400
    assert ask(tablet, "../etc/passwd").status_code == 400 and ask(tablet, "A" * 64).status_code == 400
    assert ask(tablet).json == {"photos": []}


def test_a_backup_holds_every_photo(house, home, photographed, tmp_path):
    settings = config_for(house.database)
    with house.app.app_context():
        backup.make(settings, tmp_path / "kept.zip", now_ms=1)
        home.sql("DELETE FROM photo")
        backup.restore(settings, tmp_path / "kept.zip", overwrite=True, now_ms=2)
    assert kept(home) == [digest_of(home, photographed)]


def tidy(house, home, later_days: int = 0, minutes: int = 0) -> None:
    with house.app.app_context():
        photos.tidy(home.row, clock.now_ms() + later_days * DAY_MS + minutes * MINUTE_MS)


def _later(home, resident, fields):
    return intake.Statement(record=resident, kind="resident", fields=fields, occurred_ms=clock.now_ms())
