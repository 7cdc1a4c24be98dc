"""A server put back from a backup gets back everything that tablets still hold, and says what is gone (protocol.md, Rewind)."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from server import clock
from server.__main__ import main
from server.people import home_keys, store
from server.records import accepting, backup, intake, ledger
from tests.harness.apps import Database, Home, House, copy_template
from tests.harness.sealing import Session
from tests.harness.visitor import Visitor


@pytest.fixture
def two(home, ama):
    tablets = [home.tablet("Willow 1"), home.tablet("Willow 2")]
    for each in tablets:
        each.home_key = each.unlock(ama).json["home_key"]
    return tablets


def statuses(answer):
    return [result["status"] for result in answer["results"]]


def sound(home):
    with home.house.app.app_context():
        return ledger.verify(home.id).broken is None


def drinks(home):
    return {row["submission"]["id"] for row in home.rows() if row["submission"]["kind"] == "hydration_check"}


def test_two_tablets_send_again_what_came_after_the_backup_and_everything_is_back(home, two, keep, edith):
    first, second = two
    before = [first.drink(edith, 100), second.drink(edith, 110)]
    first.sync(before[:1])
    second.sync(before[1:])
    keep()
    n = len(home.rows())
    later = {each.id: [each.drink(edith, ml) for ml in (120, 130)] + [each.drink(edith, -5)] for each in two}
    for each in two:
        assert statuses(each.sync(later[each.id])) == ["accepted", "accepted", "quarantined"]
    keep.put_back()
    assert len(home.rows()) == n
    for each in two:
        answer = each.sync([])
        assert answer["rewound"] == {"seq": n} and answer["more"], "the tablet is told what it still shares, and to begin again"
    for each in two:
        again = each.sync([before[0] if each is first else before[1], *later[each.id]], cursor=None)
        assert statuses(again) == ["duplicate", "accepted", "accepted", "quarantined"]
        assert "rewound" not in again and again["resend"] == []
    assert drinks(home) == {each["id"] for each in before} | {each["id"] for mine in later.values() for each in mine[:2]}
    assert home.sql("SELECT COUNT(*) FROM quarantine")[0][0] == 2 and sound(home)
    assert home.sql("SELECT COUNT(*) FROM device WHERE number_clash_ms IS NOT NULL OR number_fell_ms IS NOT NULL")[0][0] == 0
    seen = {change["record"] for change in first.sync([], cursor=None)["changes"]}
    assert drinks(home) <= seen, "what one tablet sent again reaches the other"


def test_a_tablet_that_heard_nothing_after_the_backup_notices_nothing(home, two, keep, edith):
    first, second = two
    second.sync([])
    keep()
    first.sync([first.drink(edith)])
    keep.put_back()
    assert "rewound" not in second.sync([])


def test_a_grant_and_a_tablet_from_after_the_backup_are_still_good_and_the_tablet_keeps_its_name(home, ama, keep, edith):
    keep()
    late = home.tablet("Willow 9")
    late.unlock(ama)
    drink = late.drink(edith)
    late.sync([drink])
    keep.put_back()
    answer = late.sync([drink], cursor=None)
    assert statuses(answer) == ["accepted"] and not answer["locked"] and answer["resend"] == []
    assert [row[0] for row in home.sql("SELECT name FROM device WHERE pseudo IS NULL")] == ["Willow 9"]


def test_what_was_saved_before_the_server_was_put_back_is_not_doubted_for_rows_that_are_gone(house, home, two, keep, edith, monkeypatch):
    first, second = two

    def at(minutes):
        monkeypatch.setattr(clock, "_shift_ms", lambda: minutes * 60_000)

    def drink(minutes, seen, **members):
        """A drink that was saved so many minutes on, when the tablet had seen that row."""
        at(minutes)
        return first.drink(edith, 100 + minutes, seen=seen, **members)

    first.sync([first.drink(edith)])
    keep()
    last = len(home.rows())
    at(60)
    keep.put_back()
    at(70)
    second.sync([second.drink(edith, 130) for _ in range(3)], cursor=None)
    honest = [drink(20, last + 1), drink(25, last + 900), drink(71, last + 1)]
    held_against = [drink(-60, last), drink(65, last + 1), drink(72, last + 900)]
    unfit = drink(30, last + 1, grant=None)
    at(75)
    assert statuses(first.sync([*honest, *held_against, unfit], cursor=None)) == ["accepted"] * 6 + ["quarantined"]
    said = {"by": first.person.id, "roles": ["registered_manager"], "why": "I was there", "now_ms": clock.now_ms()}
    with house.app.app_context():
        accepting.accept(home.id, bytes(home.sql("SELECT key FROM quarantine")[0][0]), **said)
    doubted = ["time not proven" in home.record(each["id"])["flags"] for each in [*honest, unfit, *held_against]]
    assert doubted == [False] * 4 + [True] * 3, "a row that is still there, and one of this life of the ledger, go on proving"


def test_on_an_empty_machine_a_tablet_from_after_the_backup_is_listed_again_under_what_is_known_of_it(home, ama, keep, edith):
    keep()
    late = home.tablet("Willow 9")
    late.unlock(ama)
    home.sql("DELETE FROM device WHERE pseudo IS NULL")  # as where nothing of the old data is there
    keep.put_back()
    assert statuses(late.sync([late.drink(edith)])) == ["accepted"]
    assert [row[0] for row in home.sql("SELECT name FROM device WHERE pseudo IS NULL")] == ["Tablet listed again after a restore"]


def test_what_was_sealed_before_and_after_the_backup_opens_on_the_restored_server(house, home, two, keep, edith):
    first, _ = two
    old = Session(first.home_key, first.id)
    keep()
    with house.app.app_context():
        home_keys.rotate(home.id, now_ms=clock.now_ms())
    new = Session(first.unlock(first.person).json["home_key"], first.id)
    keep.put_back()
    rows = [old.seal(first.drink(edith)), new.seal(first.drink(edith))]
    answer = first.sync(rows, keys={**old.keys, **new.keys}, grant=None)
    assert statuses(answer) == ["accepted", "accepted"]


def test_each_restore_from_one_backup_names_the_row_from_which_the_ledger_really_parted(home, two, keep, edith):
    first, second = two
    second.sync([])
    keep()
    n = len(home.rows())
    heads = [second.head]
    for _ in range(3):
        first.sync([first.drink(edith), first.drink(edith)], cursor=None)
        heads.append(first.head)
        keep.put_back()
        assert first.sync([])["rewound"] == {"seq": n}
    assert sound(home)
    assert "rewound" not in second.sync([], head=heads[0]), "what was heard before the backup is still true"
    for parted in heads[1:]:
        assert second.sync([], head=parted)["rewound"] == {"seq": n}, "however many restores ago it was heard"
    with home.house.app.app_context():
        assert {ledger.place_of(home.id, each["seq"], bytes.fromhex(each["hash"])) for each in heads[1:]} == {"cut"}


def test_an_older_backup_put_back_over_a_newer_restore_names_its_own_last_row(home, two, keep, edith):
    first, _ = two
    keep()
    n, older = len(home.rows()), keep.file.read_bytes()
    first.sync([first.drink(edith)])
    keep()
    keep.put_back()
    first.sync([first.drink(edith)], cursor=None)
    keep.file.write_bytes(older)
    keep.put_back()
    assert first.sync([])["rewound"] == {"seq": n} and sound(home)
    first.sync([first.drink(edith)], cursor=None)
    assert sound(home) and home.rows()[-1]["header"]["ledger"] == first.head["ledger"]


def test_a_backup_kept_elsewhere_lets_tablets_drop_what_it_holds_and_never_less(house, home, two, keep, edith):
    first, _ = two
    first.sync([first.drink(edith)])
    keep()
    n = len(home.rows())
    assert first.sync([first.drink(edith)])["safe"] is None, "a backup on this machine alone is not safe"
    with house.app.app_context():
        assert backup.kept(keep.file) == [{"home_id": home.id, "safe": n}]
    older = keep.file.read_bytes()
    assert first.sync([])["safe"] == n
    keep()
    with house.app.app_context():
        backup.kept(keep.file)
        assert first.sync([])["safe"] == n + 1
        keep.file.write_bytes(older)
        backup.kept(keep.file)
    assert first.sync([])["safe"] == n + 1, "an older backup makes nothing unsafe"


def test_after_a_restore_nothing_beyond_it_counts_as_safe(house, home, two, keep, edith):
    first, _ = two
    keep()
    n, older = len(home.rows()), keep.file.read_bytes()
    first.sync([first.drink(edith)])
    keep()
    with house.app.app_context():
        backup.kept(keep.file)
    newer = keep.file.read_bytes()
    keep.file.write_bytes(older)
    keep.put_back()
    assert (first.sync([])["safe"] or 0) <= n
    first.sync([first.drink(edith)])
    keep.file.write_bytes(newer)
    with house.app.app_context(), pytest.raises(backup.Unfit, match="other_ledger"):
        backup.kept(keep.file)
    assert (first.sync([])["safe"] or 0) <= n


def test_a_damaged_backup_is_not_kept_anywhere(house, home, two, keep, edith):
    keep()
    whole = keep.file.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], whole[:1500] + bytes(600) + whole[2100:]):
        keep.file.write_bytes(damaged)
        with house.app.app_context(), pytest.raises(backup.Unfit, match="damaged"):
            backup.kept(keep.file)
    assert two[0].sync([])["safe"] is None


def test_the_commands_say_what_is_safe_and_what_a_restore_has_lost(database, house, home, two, keep, edith):
    def run(*arguments, status=0):
        done = CliRunner().invoke(main, arguments, env={"TIDEMARK_DATA": str(database.folder), "DATABASE_URL": database.url})
        assert done.exit_code == status, (done.output, done.exception)
        return done.output

    first, _ = two
    keep()
    n = len(home.rows())
    assert json.loads(run("backup-kept", str(keep.file), "--json"))["homes"] == [{"home_id": home.id, "safe": n}]
    assert f"rows up to {n}" in run("backup-kept", str(keep.file))
    first.sync([first.drink(edith), first.drink(edith)])
    home.resident("Late Lou")
    said = run("restore", "--overwrite", str(keep.file))
    assert f"to row {n}" in said and "2 rows from tablets" in said and "1 rows from pages" in said
    run("backup-kept", str(keep.file.with_name("none.zip")), status=2)
    kid = json.loads(run("home", "rotate-key", "--home", str(home.uuid), "--json"))["kid"]
    assert first.unlock(first.person).json["home_key"]["kid"] == kid


def test_access_that_ended_and_pins_that_were_set_after_the_backup_stay_so(house, home, two, ama, keep, edith):
    first, second = two
    ben, cat = home.staff("Ben Okoro", ["support_worker"]), home.staff("Cat Lowe", ["support_worker"])
    keep()
    now = clock.now_ms()
    with house.app.app_context():
        store.revoke_person(home.id, ben.id, at_ms=now, now_ms=now)
        store.set_pin(home.id, ama.id, "271828", now_ms=now)
        store.revoke_device(home.id, second.id, now_ms=now)
    set_up = first.unlock(ama, "271828").json["unlock_key"]
    late, left = home.staff("Late Lou", ["support_worker"]), home.staff("Left Len", ["support_worker"], valid_until="2026-01-01")
    home.append(intake.Statement(record=cat.id, kind="staff_member", fields={"roles": ["senior_carer"]}, occurred_ms=now))
    (head,) = keep.put_back()["homes"]
    assert head["carried"] == {
        "ended": [str(ben.id)], "pins": [str(ama.id)], "tablets_ended": [str(second.id)], "gone": ["Late Lou"], "roles": [str(cat.id)],
    }
    assert head["lost"]["kinds"] == {"staff_member": 3}
    assert first.unlock(ben).status_code == 403, "whose access had ended stays out"
    assert first.unlock(ama, ama.pin).status_code == 403, "a PIN that was replaced opens nothing again"
    assert first.unlock(ama, "271828").json["unlock_key"] == set_up
    assert second.post(second.envelope([])).status_code == 401
    assert first.unlock(late).status_code == 403 and first.unlock(left).status_code == 403
    sue = Visitor.manager(home, ["registered_manager"])
    staff, tablets = sue.open("/staff").text, sue.open("/tablets").text
    for said in ("It stays ended: Ben Okoro", "It is kept: Ama Mensah", "Add them again: Late Lou", "Change them again: Cat Lowe"):
        assert said in staff
    assert "Still removed: Willow 2" in tablets and "Left Len" not in staff
    home.staff("Late Lou", ["support_worker"])
    assert "Add them again" not in sue.open("/staff").text, "what was done again is asked for no more"


def test_someone_whose_own_record_had_ended_does_not_come_back_with_a_restore(home, two, keep):
    first, _ = two
    cat = home.staff("Cat Lowe", ["support_worker"])
    keep()
    home.append(intake.Statement(record=cat.id, kind="staff_member", fields={"left_on": "2026-01-05"}, occurred_ms=clock.now_ms()))
    assert keep.put_back()["homes"][0]["carried"] == {"ended": [str(cat.id)]}
    assert first.unlock(cat).status_code == 403


def test_a_restore_where_nothing_stood_says_that_it_knows_nothing_of_what_came_after(home, two, keep, sqlite_template, tmp_path):
    keep()
    (tmp_path / "other").mkdir()
    elsewhere = House(Database("sqlite", copy_template(sqlite_template, tmp_path / "other"), tmp_path / "other"))
    with elsewhere.app.app_context():
        (head,) = backup.restore(elsewhere.app.extensions["tidemark"], keep.file, overwrite=False, now_ms=clock.now_ms())["homes"]
        restored = Home(elsewhere, store.home(head["home_id"]))
    assert head["lost"] is None and head["carried"] is None
    assert "Check who may come in" in Visitor.manager(restored, ["registered_manager"]).open("/staff").text
    elsewhere.close()


def test_the_pages_say_that_the_server_was_put_back_and_to_which_row(home, keep):
    sue = Visitor.manager(home, ["registered_manager"])
    keep()
    keep.put_back()
    for page in ("/overview", "/ledger"):
        assert "Restored from a backup" in sue.open(page).text and "What pages and Tidemark wrote after it is lost" in sue.open(page).text
