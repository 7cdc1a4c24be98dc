"""The ledger can be checked by others, rebuilt to the same bytes, and put back from a backup."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from sqlalchemy import select

from server import clock
from server.db import db, reading
from server.people.tables import staff
from server.records import backup, ledger, projections, rebuild, store
from server.records.intake import Statement
from server.records.tables import drink_place, hydration_day, record, waiting
from tests.harness.apps import House, config_for

VERIFIER = Path(__file__).resolve().parents[2] / "docs" / "verify_ledger.py"


@pytest.fixture
def tablet(home):
    made = home.tablet()
    made.unlock(home.staff("Ama Mensah", ["senior_carer"]))
    return made


@pytest.fixture
def lived(home, tablet):
    """A home in which all sorts of things have happened. Returns the ids of its drinks."""
    edith, absent = home.resident("Edith"), uuid.uuid4()
    drinks = [tablet.drink(edith, ml) for ml in (100, 150, 200)]
    waits = tablet.drink(absent, 80)
    fix = tablet.statement("hydration_check", {"drunk_ml": 90, "correction_reason": "é𝄞"}, record=drinks[0]["id"], parents=[drinks[0]["id"]])
    rival = tablet.statement("hydration_check", {"drunk_ml": 70}, record=drinks[0]["id"], parents=[drinks[0]["id"]])
    struck = tablet.statement("hydration_check", {"struck_out": True, "correction_reason": "twice"}, record=drinks[1]["id"], parents=[drinks[1]["id"]])
    orphan = tablet.statement("hydration_check", {"drunk_ml": 60}, record=str(uuid.uuid4()), parents=[])
    part = tablet.statement("hydration_check", {"resident": str(edith), "outcome": "drank", "drunk_ml": 5, "fraction": 0.1 + 0.2})
    typed = tablet.drink(edith, 40, author=None, grant=None, author_name="Agency Jo")
    tablet.sync([fix, waits, drinks[0], tablet.drink(edith, -1), drinks[1], struck, orphan])
    tablet.sync([drinks[2], rival, part, typed])
    home.append(Statement(record=absent, id=absent, kind="resident", fields={"preferred_name": "Late Lou"}, occurred_ms=clock.now_ms()))
    return [drink["id"] for drink in drinks]


def independent(home, tmp_path, *heads):
    with home.house.app.app_context():
        (tmp_path / "ledger.jsonl").write_bytes(b"".join(line + b"\n" for line in ledger.export(home.id)))
    return subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(tmp_path / "ledger.jsonl"), *heads], capture_output=True, text=True, check=False
    )


def verify(home):
    with home.house.app.app_context():
        return ledger.verify(home.id)


def test_a_verifier_that_shares_no_code_with_the_server_agrees_with_every_row(home, tablet, lived, tmp_path):
    found = verify(home)
    assert found.broken is None and found.rows == len(home.rows())
    done = independent(home, tmp_path, f"{found.rows}:{found.hash.hex()}", f"3:{home.rows()[2]['hash']}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert independent(home, tmp_path, f"3:{'0' * 64}").returncode == 1


def test_the_export_holds_every_row_with_header_submission_and_hash_and_never_a_grant(home, tablet, lived):
    rows = home.rows()
    assert [row["header"]["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert all(set(row) == {"header", "submission", "hash"} for row in rows)
    assert all("grant" not in row["submission"] for row in rows)
    names = {"v", "ledger", "seq", "id", "digest", "device", "grant_id", "role", "origin", "received_at", "offset_ms"}
    assert all(set(row["header"]) == names for row in rows)
    assert {row["header"]["origin"] for row in rows} == {"page", "tablet", "system"}
    typed = next(row for row in rows if row["submission"].get("author_name"))
    assert typed["header"]["role"] is None and typed["header"]["grant_id"] is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger SET submission = REPLACE(submission, '\"drunk_ml\":150', '\"drunk_ml\":950') WHERE seq = {seq}",
        "UPDATE ledger SET received_ms = received_ms + 1 WHERE seq = {seq}",
        "UPDATE ledger SET role = NULL WHERE seq = {seq}",
        "UPDATE ledger SET kind = 'daily_note' WHERE seq = {seq}",
        "UPDATE ledger SET occurred_ms = occurred_ms - 60000 WHERE seq = {seq}",
        "UPDATE ledger SET origin = 'page' WHERE seq = {seq}",
        "UPDATE ledger SET offset_ms = 5 WHERE seq = {seq}",
        "DELETE FROM ledger WHERE seq = {seq}",
    ],
)
def test_one_row_altered_by_sql_is_named(home, tablet, lived, tmp_path, change):
    seq = next(row["header"]["seq"] for row in home.rows() if row["submission"]["id"] == lived[1])
    home.sql(change.format(seq=seq))
    found = verify(home)
    assert found.broken == seq and found.rows == seq - 1


def test_rows_cut_from_the_end_are_noticed(home, tablet, lived):
    last = len(home.rows())
    home.sql(f"DELETE FROM ledger WHERE seq = {last}")
    assert verify(home).broken == last


def test_an_erased_submission_leaves_the_chain_whole_and_is_counted_apart(home, tablet, lived, tmp_path):
    home.sql("UPDATE ledger SET submission = NULL WHERE seq = 3")
    found = verify(home)
    assert (found.broken, found.erased) == (None, 1)
    assert home.rows()[2]["submission"] is None
    done = independent(home, tmp_path)
    assert done.returncode == 0 and "1 of them erased" in done.stdout


def everything(home):
    tables = (record, waiting, staff, hydration_day, drink_place)
    with home.house.app.app_context(), reading() as c:
        found = {}
        for table in tables:
            rows = c.execute(select(table).where(table.c.home_id == home.id).order_by(*table.primary_key.columns))
            found[table.name] = [tuple(row) for row in rows]
        return found


def run_totals(home):
    with home.house.app.app_context():
        while projections.step(home.id, "totals"):
            pass


def test_a_rebuild_gives_the_same_bytes_and_moves_no_actor(home, tablet, lived):
    run_totals(home)
    with home.house.app.app_context():
        home.sql("INSERT INTO follower (home_id, name, cursor) VALUES (1, 'some actor', 2)")
        before, rows = everything(home), home.rows()
        assert before["record"] and before["hydration_day"] and before["staff"]
        rebuild.rebuild(home.id)
    assert everything(home) == before and home.rows() == rows
    home.sql("DELETE FROM record")
    home.sql("DELETE FROM staff")
    home.sql("DELETE FROM hydration_day")
    with home.house.app.app_context():
        rebuild.rebuild(home.id)
    assert everything(home) == before
    assert home.sql("SELECT cursor FROM follower WHERE name = 'some actor'")[0][0] == 2


def test_totals_follow_corrections_strikes_and_moves_and_never_count_twice(home, tablet):
    edith, fred = home.resident("Edith"), home.resident("Fred")
    drink = tablet.drink(edith, 100)

    def totals():
        run_totals(home)
        with home.house.app.app_context(), reading() as c:
            rows = c.execute(select(hydration_day).where(hydration_day.c.home_id == home.id)).all()
        return {row.resident: (row.least_ml, row.entries) for row in rows}

    tablet.sync([drink, tablet.drink(edith, 50)])
    assert totals() == {edith: (150, 2)}
    tablet.sync([tablet.statement("hydration_check", {"drunk_ml": 110}, record=drink["id"], parents=[drink["id"]])])
    assert totals() == {edith: (160, 2)}
    tablet.sync([tablet.statement("hydration_check", {"resident": str(fred)}, record=drink["id"], parents=[drink["id"]])])
    moved = totals()
    assert sum(ml for ml, _ in moved.values()) == 160 and moved[fred] == (110, 1)
    strike = {"struck_out": True, "correction_reason": "wrong cup"}
    heads = home.record(drink["id"])["heads"]
    tablet.sync([tablet.statement("hydration_check", strike, record=drink["id"], parents=heads)])
    assert totals() == {edith: (50, 1)}


def test_a_witnessed_head_is_on_the_chain_or_nowhere(home, tablet, lived):
    rows = home.rows()
    with home.house.app.app_context():
        assert ledger.place_of(home.id, 3, bytes.fromhex(rows[2]["hash"])) == "here"
        assert ledger.place_of(home.id, 3, bytes(32)) == "nowhere"
        assert ledger.place_of(home.id, len(rows) + 5, bytes(32)) == "nowhere"


def test_a_backup_holds_everything_and_a_restore_says_that_it_happened(home, tablet, lived, tmp_path, house, keep):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "session.key").write_bytes(b"secret")
    keep()
    assert keep.file.stat().st_mode & 0o777 == 0o600
    kept = everything(home)
    saved = home.rows()
    tablet.sync([tablet.drink(uuid.uuid4())])
    lost = home.rows()[-1]
    old_head = dict(tablet.head)
    (tmp_path / "keys" / "session.key").write_bytes(b"other")
    with pytest.raises(backup.Unfit, match="has_data"):
        keep.put_back(overwrite=False)
    assert home.rows()[-1] == lost, "a refused restore changes nothing"
    keep.put_back()
    assert everything(home) == kept and home.rows() == saved
    assert (tmp_path / "keys" / "session.key").read_bytes() == b"secret"
    answer = tablet.sync([tablet.drink(uuid.uuid4())], head=old_head)
    assert answer["rewound"] == {"seq": len(saved)} and answer["results"][0]["status"] == "accepted"
    assert answer["head"]["ledger"] != old_head["ledger"]
    assert verify(home).broken is None
    assert [row["header"]["ledger"] for row in home.rows()[-2:]] == [old_head["ledger"], answer["head"]["ledger"]]
    with house.app.app_context():
        assert ledger.place_of(home.id, lost["header"]["seq"], bytes.fromhex(lost["hash"])) == "cut"
        assert ledger.place_of(home.id, lost["header"]["seq"] + 50, bytes(32)) == "nowhere"
    assert independent(home, tmp_path).returncode == 0


def test_a_damaged_backup_is_refused_whole(home, tablet, lived, keep):
    keep()
    whole = keep.file.read_bytes()
    for damaged in (b"", b"nonsense", whole[: len(whole) // 2], whole[:2000] + bytes(600) + whole[2600:]):
        keep.file.write_bytes(damaged)
        with pytest.raises(backup.Unfit, match="damaged"):
            keep.put_back()
    assert verify(home).broken is None


def test_the_verifier_writes_numbers_as_the_standard_does():
    import rfc8785

    spec = importlib.util.spec_from_file_location("verify_ledger", VERIFIER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for value in (0.0, -0.0, 1.0, 0.1 + 0.2, 1e21, 1e20, 123456789012345680000.0, 1e-6, 1e-7, 5e-324, 1.7976931348623157e308, -2.5, 100.0, 4.35, 333333333.33333329):
        assert module.jcs(value) == rfc8785.dumps(value).decode(), value
    odd = {"é": 1, "\U0001d11e": "\u2028\x7f\"\\\b", "\ufb33": [True, None, -5], "a": "\u0001"}
    assert module.jcs(odd) == rfc8785.dumps(odd).decode()
    assert json.loads(module.jcs(odd)) == odd
    assert "import server" not in VERIFIER.read_text() and "import sync" not in VERIFIER.read_text()
