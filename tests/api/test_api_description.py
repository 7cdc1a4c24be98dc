"""The API describes itself, and whatever a fuzzer makes of that description is never answered with a server error."""

from __future__ import annotations

import re

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import openapi


def test_the_description_names_every_address_of_the_api(house):
    description = house.app.test_client().get("/api/v1/openapi.json")
    assert description.status_code == 200
    body = description.json
    assert body["openapi"].startswith("3.")
    served = {
        re.sub(r"<\w+:", "<", rule.rule) for rule in house.app.url_map.iter_rules() if rule.rule.startswith("/api/v1/") and "openapi" not in rule.rule
    }
    assert {path.replace("{", "<").replace("}", ">") for path in body["paths"]} >= served
    submission = body["components"]["schemas"]["Submission"]["properties"]
    assert {"id", "record", "kind", "schema", "parents", "fields", "nonce", "number"} <= set(submission)
    assert set(body["components"]["schemas"]["Sealed"]["required"]) == {"id", "number", "digest", "kid", "sealed"}
    either = body["components"]["schemas"]["SyncIn"]["properties"]["submissions"]["items"]["oneOf"]
    assert {one["$ref"].rsplit("/", 1)[1] for one in either} == {"Submission", "Sealed"}
    assert body["components"]["securitySchemes"]["device"]["scheme"] == "bearer"


def test_whatever_a_fuzzer_sends_there_is_no_server_error(home):
    tablet = home.tablet()
    tablet.unlock(home.staff())
    home.resident("Edith")
    schema = openapi.from_wsgi("/api/v1/openapi.json", home.house.app)

    for operation in (each.ok() for each in schema.get_all_operations()):
        cases = operation.as_strategy() | operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)

        passed = {"token": 0}

        @settings(
            max_examples=25, deadline=None, database=None, phases=[Phase.generate], derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=cases)
        def send(case):
            for headers in ({}, tablet.auth):
                case.headers = {**(case.headers or {}), **headers}
                answer = case.call()
                expected = {503} if case.path.endswith("/health") else set()
                assert answer.status_code < 500 or answer.status_code in expected, (case.method, case.path, answer.text)
                passed["token"] += answer.status_code != 401
                if answer.status_code >= 400 and not expected:
                    assert answer.headers["content-type"][0].startswith("application/problem+json")

        send()
        assert passed["token"] > 0, f"{operation.label} was never reached"
