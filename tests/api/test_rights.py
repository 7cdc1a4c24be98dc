"""Nobody may call what no registration declares, and no action is allowed that the rights table does not name."""

from __future__ import annotations

import json
import re
import uuid

import pytest

import server
from server.people import rights
from sync import roles
from tests.harness.apps import config_for


def test_every_route_says_who_may_call_it(house):
    silent = [
        f"{rule.endpoint} {rule.rule}"
        for rule in house.app.url_map.iter_rules()
        if getattr(house.app.view_functions[rule.endpoint], "access", None) is None
    ]
    assert silent == []


def test_every_declared_access_is_one_that_there_is(house):
    for rule in house.app.url_map.iter_rules():
        access = house.app.view_functions[rule.endpoint].access
        if access.startswith("signed_in:"):
            assert access.removeprefix("signed_in:") in rights.RIGHTS
        else:
            assert access in ("public", "device")


def test_a_route_that_forgot_to_say_is_refused_to_everybody(database):
    app = server.create_app(config_for(database))
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 403 and b"secret" not in answer.data


def test_what_needs_a_tablet_is_closed_without_one(house):
    client = house.app.test_client()
    for rule in house.app.url_map.iter_rules():
        if house.app.view_functions[rule.endpoint].access != "device":
            continue
        method = next(iter(rule.methods - {"HEAD", "OPTIONS"}))
        path = re.sub("<uuid:[^>]+>", str(uuid.uuid4()), rule.rule)
        answer = client.open(path, method=method, data=b"{}")
        assert answer.status_code == 401 and json.loads(answer.data)["code"] == "unknown", rule.rule


def test_every_right_is_held_by_known_roles_and_an_unknown_action_by_nobody():
    assert all(holders <= set(roles.ROLES) for holders in rights.RIGHTS.values())
    assert not rights.may(roles.ROLES, "anything.else")
    assert rights.may(["registered_manager"], "people.change") and not rights.may(["senior_carer"], "people.change")
    with pytest.raises(KeyError):
        rights.signed_in("anything.else")


def test_nothing_but_our_own_files_may_run_or_be_loaded(house):
    policy = house.app.test_client().get("/api/v1/health").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "http" not in policy
