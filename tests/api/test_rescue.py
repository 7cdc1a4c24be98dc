"""A tablet that can no longer send loses nothing: a manager brings its rescue file, on the page or by command."""

from __future__ import annotations

import io
import json
import re
import uuid

import pytest
from click.testing import CliRunner

from server import clock
from server.__main__ import main
from server.people import store
from tests.harness.apps import rfc3339
from tests.harness.sealing import Session
from tests.harness.visitor import Visitor


@pytest.fixture
def rescue(database, tmp_path):
    """The command on a file with this content: what it prints as JSON, or why it refused."""

    def run(said, status=0):
        file = tmp_path / "rescue.json"
        file.write_bytes(said if isinstance(said, bytes) else json.dumps(said).encode())
        env = {"TIDEMARK_DATA": str(database.folder), "DATABASE_URL": database.url}
        done = CliRunner().invoke(main, ["rescue", str(file), "--json"], env=env)
        assert done.exit_code == status, (done.output, done.exception)
        return json.loads(done.stdout) if status == 0 else done.output

    return run


def file_of(tablet, rows, keys=None, **members):
    return {
        "tidemark_rescue": 1, "home": str(tablet.home.uuid), "device": str(tablet.id), "made_at": rfc3339(clock.now_ms()),
        "last_number": tablet.number, "keys": keys or {}, "submissions": rows, **members,
    }  # fmt: skip


def upload(visitor, said):
    form = visitor.open("/tablets/rescue")
    token = re.search(r'name="csrf_token" value="([^"]+)"', form.html).group(1)
    raw = said if isinstance(said, bytes) else json.dumps(said).encode()
    return visitor.client.post("/tablets/rescue", data={"csrf_token": token, "file": (io.BytesIO(raw), "rescue.json")})


def counts(done):
    return [done[name] for name in ("accepted", "duplicate", "quarantined", "retry")]


def test_sealed_and_plain_rows_are_filed_under_their_author_and_a_second_time_are_recognised(home, tablet, session, edith, rescue):
    sent = tablet.drink(edith)
    tablet.sync([sent])
    rows = [session.seal(sent), session.seal(tablet.drink(edith, 120)), tablet.drink(edith, 130), session.seal(tablet.drink(edith, -5))]
    rows.append(Session(tablet.home_key, tablet.id).seal(tablet.drink(edith)))
    said = file_of(tablet, rows, session.keys)
    assert counts(rescue(said)) == [2, 1, 1, 1]
    assert counts(rescue(said)) == [0, 3, 1, 1]
    assert len([row for row in home.rows() if row["submission"]["kind"] == "hydration_check"]) == 3
    tablet.sync([])
    assert home.record(rows[1]["id"])["author"] == str(tablet.person.id)


def test_what_a_person_brings_says_nothing_about_when_the_tablet_was_heard_and_counts_against_no_limit(home, tablet, session, edith, rescue):
    home.sql("UPDATE device SET hour_count = 3000, hour_from_ms = 9000000000000, pending = 7 WHERE pseudo IS NULL")
    home.sql(f"UPDATE device SET hour_from_ms = {clock.now_ms() - 1000}, last_seen_ms = 5 WHERE pseudo IS NULL")
    assert tablet.post(tablet.envelope([tablet.drink(edith)])).status_code == 429
    rows = [session.seal(tablet.drink(edith)) for _ in range(501)]
    assert counts(rescue(file_of(tablet, rows, session.keys))) == [501, 0, 0, 0]
    assert [tuple(row) for row in home.sql("SELECT last_seen_ms, pending, hour_count FROM device WHERE pseudo IS NULL")] == [(5, 7, 3000)]


def test_a_revoked_tablets_file_is_taken_and_one_enrolled_after_a_restored_backup_is_listed_again(house, home, tablet, session, edith, rescue):
    with house.app.app_context():
        store.revoke_device(home.id, tablet.id, now_ms=clock.now_ms())
    assert counts(rescue(file_of(tablet, [session.seal(tablet.drink(edith))], session.keys))) == [1, 0, 0, 0]
    home.sql("DELETE FROM device_number")
    home.sql("DELETE FROM device WHERE pseudo IS NULL")
    assert counts(rescue(file_of(tablet, [session.seal(tablet.drink(edith))], session.keys))) == [1, 0, 0, 0]


def test_a_file_of_another_home_or_of_a_tablet_that_was_never_here_is_refused_whole(house, home, tablet, session, edith, rescue):
    rows, before = [session.seal(tablet.drink(edith))], len(home.rows())
    assert "another home" in rescue(file_of(tablet, rows, session.keys, home=str(uuid.uuid4())), 1)
    assert "never in this home" in rescue(file_of(tablet, rows, session.keys, device=str(uuid.uuid4())), 1)
    assert "never in this home" in rescue(file_of(tablet, rows, session.keys, device=str(home.row.device("system"))), 1)
    assert len(home.rows()) == before


def test_rows_whose_sign_in_was_given_elsewhere_are_set_aside_whoever_brings_them(home, tablet, session, edith, rescue):
    forged = tablet.drink(edith, grant="made up")
    assert counts(rescue(file_of(tablet, [session.seal(forged), tablet.drink(edith)], session.keys))) == [1, 0, 1, 0]


@pytest.mark.parametrize("said", [b"", b"{", b"[]", b"7", b"{}", b'{"tidemark_rescue": 2}', b'{"tidemark_rescue": 1, "home": 5}', b"\xff\xfe"])
def test_what_is_no_rescue_file_is_refused_in_words(home, said, rescue):
    assert "no whole rescue file" in rescue(said, 1)


def test_one_row_that_is_no_json_costs_no_other(home, tablet, session, edith, rescue):
    whole = json.dumps(file_of(tablet, [tablet.drink(edith), {"cut": 1}, tablet.drink(edith)]))
    assert counts(rescue(whole.replace('{"cut": 1}', '{"cut": "\\ud800"}').encode())) == [2, 0, 1, 0]


def test_a_manager_adds_the_file_on_a_page_that_says_what_became_of_each_row(home, tablet, session, edith):
    sue = Visitor.manager(home, ["duty_manager"])
    assert "/tablets/rescue" in sue.open("/tablets").links()
    rows = [session.seal(tablet.drink(edith)), session.seal(tablet.drink(edith, -5))]
    answer = upload(sue, file_of(tablet, rows, session.keys))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "The file held 2 entries" in page and "Set aside, kept whole" in page
    assert home.record(rows[0]["id"])
    assert upload(sue, file_of(tablet, rows, session.keys, home=str(uuid.uuid4()))).status_code == 409
    assert upload(sue, b"nonsense").status_code == 400


def test_a_manager_of_another_home_cannot_add_this_homes_file(house, home, tablet, session, edith):
    other = Visitor.manager(house.home("Elsewhere"), ["registered_manager"])
    answer = upload(other, file_of(tablet, [session.seal(tablet.drink(edith))], session.keys))
    assert answer.status_code == 409 and "another home" in answer.get_data(as_text=True)


def test_a_senior_carer_may_not_add_a_file(home):
    ama = Visitor.manager(home, ["senior_carer"])
    assert ama.open("/tablets/rescue").status == 403 and "/tablets/rescue" not in ama.open("/tablets").links()
