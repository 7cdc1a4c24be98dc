"""The commands that kinds.md fixes, while the server is serving. Most run in this process, because starting Python takes
longer than what they do; one runs as it is typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import uuid

import pytest
import waitress
from click.testing import CliRunner

from server.__main__ import main
from tests.harness.postgres import free_port


@pytest.fixture
def served(house, home):
    """The application being served from this process, while commands run in others. Returns its address."""
    port = free_port()
    server = waitress.create_server(house.app, host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.close()
    thread.join(10)


@pytest.fixture
def tidemark(database):
    def run(*arguments, status=0, data=None, url=None):
        env = {"TIDEMARK_DATA": str(data or database.folder), "DATABASE_URL": database.url if url is None else url}
        done = CliRunner().invoke(main, arguments, env=env)
        assert done.exit_code == status, (done.exit_code, done.output, done.exception)
        return done.stdout

    return run


def ask(address, token):
    request = urllib.request.Request(f"{address}/api/v1/device", headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_homes_and_staff_are_listed_without_a_pin(home, served, tidemark):
    ama = home.staff("Ama Mensah", ["senior_carer", "key_worker"])
    (one,) = json.loads(tidemark("home", "list", "--json"))
    assert one["id"] == str(home.uuid) and one["name"] == "Larkfield"
    (person,) = json.loads(tidemark("staff", "list", "--home", str(home.uuid), "--json"))
    assert person["id"] == str(ama.id) and person["name"] == "Ama Mensah" and person["role"] in ama.roles
    assert ama.pin not in json.dumps(person)
    assert "Larkfield" in tidemark("home", "list") and "Ama" in tidemark("staff", "list", "--home", str(home.uuid))
    tidemark("staff", "list", "--home", str(uuid.uuid4()), "--json", status=1)


def test_a_tablet_enrolled_by_command_is_known_from_its_next_request_and_unknown_from_the_one_after_it_is_revoked(
    home, served, tidemark
):
    made = json.loads(tidemark("device", "enrol", "--home", str(home.uuid), "--name", "Willow 9", "--json"))
    assert set(made) == {"device", "token"}
    assert ask(served, made["token"])[0] == 200
    tidemark("device", "revoke", made["device"])
    status, body = ask(served, made["token"])
    assert (status, body["code"]) == (401, "revoked")
    tidemark("device", "revoke", made["device"], status=1)
    tidemark("device", "revoke", "nonsense", status=1)


def test_a_home_is_given_a_new_push_key_by_command_and_phones_subscribe_under_it_from_then_on(home, served, tidemark):
    tablet = home.tablet()

    def key() -> str:
        return tablet.client.get("/api/v1/push/key", headers=tablet.auth).json["key"]

    before = key()
    made = json.loads(tidemark("push", "rotate-key", "--home", str(home.uuid), "--json"))["key"]
    assert made == key() != before
    assert "called under the old one" in tidemark("push", "rotate-key", "--home", str(home.uuid))
    tidemark("push", "rotate-key", "--home", str(uuid.uuid4()), status=1)


def test_the_ledger_is_verified_exported_and_rebuilt_while_serving(home, served, tidemark):
    edith, tablet = home.resident("Edith"), home.tablet()
    tablet.unlock(home.staff())
    answer = tablet.sync([tablet.drink(edith)])
    head = f"{answer['head']['seq']}:{answer['head']['hash']}"
    assert head in tidemark("ledger", "verify")
    assert "stands on this chain" in tidemark("ledger", "verify", "--home", str(home.uuid), "--head", head)
    assert "nowhere" in tidemark("ledger", "verify", "--head", f"2:{'0' * 64}", status=1)
    tidemark("ledger", "verify", "--head", "rubbish", status=1)
    lines = [json.loads(line) for line in tidemark("ledger", "export", "--home", str(home.uuid)).splitlines()]
    assert [line["header"]["seq"] for line in lines] == [1, 2, 3]
    tidemark("ledger", "rebuild")
    assert home.record(edith)["fields"]["preferred_name"] == "Edith"
    home.sql("UPDATE ledger SET role = NULL WHERE seq = 2")
    assert "row 2" in tidemark("ledger", "verify", status=1)


def test_a_backup_made_while_serving_can_be_put_back_on_an_empty_database(home, served, tidemark, tmp_path):
    tablet = home.tablet()
    tablet.unlock(home.staff())
    tablet.sync([tablet.drink(home.resident("Edith"))])
    file = tmp_path / "all.zip"
    tidemark("backup", str(file))
    tidemark("restore", str(file), status=1)
    elsewhere = tmp_path / "elsewhere"
    tidemark("restore", str(file), data=elsewhere, url="")
    assert "3 rows" in tidemark("ledger", "verify", data=elsewhere, url="")


def test_with_json_standard_output_is_json_and_nothing_else(home, database):
    env = {**os.environ, "TIDEMARK_DATA": str(database.folder), "DATABASE_URL": database.url}
    done = subprocess.run([sys.executable, "-m", "server", "home", "list", "--json"], env=env, capture_output=True, check=True)
    assert [each["name"] for each in json.loads(done.stdout)] == ["Larkfield"]
