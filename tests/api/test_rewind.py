"""A server put back from a backup gets back everything that tablets still hold, and says what is gone (protocol.md, Rewind)."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from server import clock
from server.__main__ import main
from server.people import home_keys
from server.records import backup, ledger
from tests.harness.sealing import Session
from tests.harness.visitor import Visitor


@pytest.fixture
def edith(home):
    return home.resident("Edith")


@pytest.fixture
def ama(home):
    return home.staff("Ama Mensah", ["senior_carer"])


@pytest.fixture
def two(home, ama):
    tablets = [home.tablet("Willow 1"), home.tablet("Willow 2")]
    for each in tablets:
        each.home_key = each.unlock(ama).json["home_key"]
    return tablets


@pytest.fixture
def keep(house, tmp_path):
    """Make a backup, or put it back."""
    settings, file = house.app.extensions["tidemark"], tmp_path / "kept.zip"

    def make():
        with house.app.app_context():
            return backup.make(settings, file, now_ms=clock.now_ms())

    def put_back():
        with house.app.app_context():
            return backup.restore(settings, file, overwrite=True, now_ms=clock.now_ms())

    make.file, make.put_back = file, put_back
    return make


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


def test_a_grant_and_a_tablet_from_after_the_backup_are_still_good_and_the_tablet_is_listed_again(home, ama, keep, edith):
    keep()
    late = home.tablet("Willow 9")
    late.unlock(ama)
    drink = late.drink(edith)
    late.sync([drink])
    keep.put_back()
    answer = late.sync([drink], cursor=None)
    assert statuses(answer) == ["accepted"] and not answer["locked"] and answer["resend"] == []
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


def test_a_restore_twice_over_from_one_backup_still_names_a_place_that_is_shared(home, two, keep, edith):
    first, _ = two
    keep()
    n = len(home.rows())
    for _ in range(2):
        drink = first.drink(edith)
        first.sync([drink], cursor=None)
        keep.put_back()
        assert first.sync([])["rewound"]["seq"] <= n
    assert sound(home)


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


def test_the_pages_say_that_the_server_was_put_back_and_to_which_row(home, keep):
    sue = Visitor.manager(home, ["registered_manager"])
    keep()
    keep.put_back()
    for page in ("/overview", "/ledger"):
        assert "Restored from a backup" in sue.open(page).text and "What pages and Tidemark wrote after it is lost" in sue.open(page).text
