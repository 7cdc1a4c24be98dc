"""The outside of a sync request is checked in protocol.md's order, and every refusal is a problem with a sentence."""

from __future__ import annotations

import gzip
import json

import pytest


@pytest.fixture
def tablet(home):
    made = home.tablet()
    made.unlock(home.staff())
    return made


def refused(answer, status, code=None):
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    body = json.loads(answer.data)
    assert body["status"] == status and body["title"] and body["detail"]
    if code:
        assert body["code"] == code
    return body


def test_a_token_that_nobody_gave_is_unknown_before_anything_else_is_looked_at(home, tablet):
    for header in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer made-up"}, {"Authorization": f"Basic {tablet.token}"}):
        refused(tablet.client.post("/api/v1/sync", data=b"{" * 5_000_000, headers=header), 401, "unknown")
    forged = tablet.token[:-3] + ("aaa" if tablet.token[-3:] != "aaa" else "bbb")
    refused(tablet.client.post("/api/v1/sync", data=b"", headers={"Authorization": f"Bearer {forged}"}), 401, "unknown")


def test_a_body_over_four_megabytes_is_too_large_also_when_it_is_packed(tablet):
    refused(tablet.post(b" " * (4 * 1024 * 1024 + 1)), 413, "too_large")
    bomb = gzip.compress(b"[" + b" " * 50_000_000)
    assert len(bomb) < 100_000
    refused(tablet.post(bomb, **{"Content-Encoding": "gzip"}), 413, "too_large")


def test_five_hundred_submissions_are_taken_and_five_hundred_and_one_are_too_many(home, tablet):
    edith = home.resident()
    drinks = [tablet.drink(edith) for _ in range(501)]
    refused(tablet.post(tablet.envelope(drinks)), 413, "too_many")
    refused(tablet.post(tablet.envelope([None] * 501, protocol="no integer")), 413, "too_many")
    assert len(tablet.sync(drinks[:500])["results"]) == 500


@pytest.mark.parametrize("body", [b"", b"{", b"nonsense", b"\xff\xfe", b'{"protocol": 1', b'{"protocol": 1,}', b"[" * 200_000])
def test_what_is_no_json_is_unreadable(tablet, body):
    refused(tablet.post(body), 400, "unreadable")


@pytest.mark.parametrize("body", [b"[]", b"1", b'"x"', b"null", b"{}", b'{"protocol": "1"}', b'{"protocol": true}', b'{"protocol": 1.5}'])
def test_what_is_no_object_with_a_whole_protocol_number_is_refused(tablet, body):
    refused(tablet.post(body), 400, "not_an_object")


def test_an_old_protocol_is_told_to_update_before_any_other_member_is_looked_at(tablet):
    assert refused(tablet.post({"protocol": 0, "submissions": "rubbish"}), 409)["update_required"] is True
    assert refused(tablet.post({"protocol": 2}), 409)["update_required"] is False


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sent_at", ...), ("sent_at", 5), ("sent_at", "yesterday"), ("cursor", ...), ("cursor", 5), ("cursor", "made up"),
        ("pending", ...), ("pending", -1), ("pending", "2"), ("pending", True), ("last_number", ...), ("last_number", None),
        ("submissions", ...), ("submissions", {}), ("submissions", None), ("grant", 5), ("head", "x"), ("head", {"seq": 1}),
        ("keys", []),
    ],
)  # fmt: skip
def test_each_other_member_is_named_when_it_is_missing_or_wrong(tablet, name, value):
    envelope = tablet.envelope([])
    envelope = {k: v for k, v in {**envelope, name: value}.items() if v is not ...}
    body = refused(tablet.post(envelope), 400, "bad_envelope")
    assert list(body["errors"]) == [name]


def test_grant_head_and_keys_may_be_missing(tablet):
    answer = tablet.sync([], grant=..., head=..., keys=...)
    assert answer["locked"] is True


def test_a_packed_body_is_taken_like_a_plain_one(home, tablet):
    drink = tablet.drink(home.resident())
    packed = gzip.compress(json.dumps(tablet.envelope([drink])).encode())
    answer = tablet.post(packed, **{"Content-Encoding": "gzip"})
    assert answer.status_code == 200 and answer.json["results"][0]["status"] == "accepted"
    refused(tablet.post(packed[:-20], **{"Content-Encoding": "gzip"}), 400, "unreadable")
    refused(tablet.post(packed, **{"Content-Encoding": "br"}), 415)


def test_a_body_with_one_entry_is_never_too_large_below_four_megabytes(home, tablet):
    entry = {**tablet.drink(home.resident()), "padding": "x" * 4_000_000}
    assert tablet.sync([entry])["results"][0]["status"] == "quarantined"


def test_every_answer_says_that_nothing_may_keep_it(home, tablet):
    for answer in (
        tablet.post(tablet.envelope([])), tablet.post(b"{"), tablet.client.get("/api/v1/health"),
        tablet.client.get("/api/v1/device", headers=tablet.auth), tablet.client.get("/nowhere"),
    ):  # fmt: skip
        assert answer.headers["Cache-Control"] == "no-store"


def test_an_address_that_is_not_there_is_a_problem_too(tablet):
    refused(tablet.client.get("/api/v1/nowhere"), 404, "not_found")
    refused(tablet.client.get("/api/v1/sync"), 405, "wrong_method")
