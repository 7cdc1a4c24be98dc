"""Whatever stands inside `submissions` is judged by itself: one bad entry never costs its neighbours."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def tablet(home):
    made = home.tablet()
    made.unlock(home.staff())
    return made


def nested(levels: int):
    return "deep" if levels == 0 else [nested(levels - 1)]


def with_note(note):
    return lambda tablet, edith: {**tablet.drink(edith), "fields": {**tablet.drink(edith)["fields"], "note": note}}


BAD = {
    "null": lambda tablet, edith: None,
    "a number": lambda tablet, edith: 7,
    "a text": lambda tablet, edith: "drink",
    "a list": lambda tablet, edith: [],
    "nothing in it": lambda tablet, edith: {},
    "no id": lambda tablet, edith: tablet.drink(edith, id=...),
    "an id that is none": lambda tablet, edith: tablet.drink(edith, id="12"),
    "a number as id": lambda tablet, edith: tablet.drink(edith, id=12),
    "a NUL in a note": with_note("tea\0"),
    "half an emoji": with_note("\ud83d"),
    "half an emoji as a member's name": lambda tablet, edith: {**tablet.drink(edith), "\ud83d": 1},
    "an integer beyond 2^53": with_note(2**53),
    "an integer beyond 2^64": with_note(2**64 + 1),
    "nested beyond 8": with_note(nested(8)),
    "over 64 kB": with_note("x" * 65_536),
    "a missing kind": lambda tablet, edith: tablet.drink(edith, kind=...),
    "a kind that is no text": lambda tablet, edith: tablet.drink(edith, kind=5),
    "a schema that is no integer": lambda tablet, edith: tablet.drink(edith, schema="1"),
    "an unknown member": lambda tablet, edith: tablet.drink(edith, colour="blue"),
    "an unknown field": lambda tablet, edith: tablet.statement("hydration_check", {"resident": str(edith), "outcome": "asleep", "mood": 1}),
    "a missing required field": lambda tablet, edith: tablet.statement("hydration_check", {"outcome": "asleep"}),
    "an outcome that there is not": lambda tablet, edith: tablet.statement("hydration_check", {"resident": str(edith), "outcome": "spilt"}),
    "a negative amount": lambda tablet, edith: tablet.drink(edith, -1),
    "more than five litres": lambda tablet, edith: tablet.drink(edith, 5_001),
    "true as an amount": lambda tablet, edith: tablet.drink(edith, True),
    "more than its own vessel": lambda tablet, edith: tablet.statement(
        "hydration_check", {"resident": str(edith), "outcome": "drank", "drunk_ml": 300, "vessel_ml": 200}
    ),
    "drank without how much": lambda tablet, edith: tablet.statement("hydration_check", {"resident": str(edith), "outcome": "drank"}),
    "a time in the future": lambda tablet, edith: tablet.drink(edith, occurred_at="2096-01-01T00:00:00+00:00"),
    "a time without an offset": lambda tablet, edith: tablet.drink(edith, occurred_at="2026-01-01T00:00:00"),
    "a parent that is no id": lambda tablet, edith: tablet.drink(edith, parents=["x"]),
    "a nonce in capitals": lambda tablet, edith: tablet.drink(edith, nonce="A" * 32),
    "the number nought": lambda tablet, edith: tablet.drink(edith, number=0),
    "a strike without a reason": lambda tablet, edith: tablet.statement("hydration_check", {"struck_out": True}, record=str(edith)),
}  # fmt: skip


def test_every_bad_entry_is_set_aside_in_its_place_and_every_good_one_is_stored(home, tablet, edith):
    sent, good = [], []
    for make in BAD.values():
        drink = tablet.drink(edith)
        sent += [make(tablet, edith), drink]
        good.append(drink["id"])
    answer = tablet.sync(sent)
    for name, at in zip(BAD, range(0, len(sent), 2), strict=True):
        refused, accepted = answer["results"][at], answer["results"][at + 1]
        assert refused["status"] == "quarantined", (name, refused)
        assert refused["errors"] and all(s.endswith((".", "?")) for ss in refused["errors"].values() for s in ss), (name, refused)
        assert accepted["status"] == "accepted" and accepted["id"] == sent[at + 1]["id"]
        shown = sent[at].get("id") if isinstance(sent[at], dict) else None
        assert refused["id"] == (shown if isinstance(shown, str) else None), name
    assert set(good) <= {row["header"]["id"] for row in home.rows()}
    distinct = len({json.dumps(made, sort_keys=True) for made in sent[::2]})
    assert home.sql("SELECT COUNT(*) FROM quarantine")[0][0] == distinct == len(BAD)


def test_numbers_that_no_double_holds_and_brackets_without_end_cost_no_neighbour(tablet, edith):
    good = [tablet.drink(edith) for _ in range(4)]
    bad = tablet.drink(edith)
    place = json.dumps(good[0])
    texts = [
        place,
        json.dumps({**bad, "id": good[0]["id"].replace(good[0]["id"][0], "f", 1)}).replace('"fields": {', '"fields": {"note": 1e999, '),
        json.dumps(good[1]),
        '{"id": "pit", "fields": ' + "[" * 100_000 + "]" * 100_000 + "}",
        json.dumps(good[2]),
        '{"id": "x", "number": ' + "9" * 5_000 + "}",
        json.dumps(good[3]),
    ]
    outside = json.dumps(tablet.envelope([]))
    body = outside.replace('"submissions": []', '"submissions": [' + ",".join(texts) + "]")
    answer = tablet.post(body.encode())
    assert answer.status_code == 200, answer.json
    assert [r["status"] for r in answer.json["results"]] == ["accepted", "quarantined"] * 3 + ["accepted"]
    assert answer.json["results"][3]["id"] == "pit"


def test_bytes_that_are_no_text_inside_one_entry_cost_no_neighbour(home, tablet, edith):
    good, bad = tablet.drink(edith), tablet.drink(edith)
    raw = json.dumps(tablet.envelope([bad, good])).encode().replace(b'"outcome": "drank"', b'"outcome": "\xff\xfe"', 1)
    answer = tablet.post(raw)
    assert [r["status"] for r in answer.json["results"]] == ["quarantined", "accepted"]
    assert answer.json["results"][0]["id"] == bad["id"]
    assert b"\xff\xfe" in bytes(home.sql("SELECT body FROM quarantine")[0][0]), "its text is kept as it came"


def test_a_note_in_any_language_and_with_any_emoji_is_kept_as_it_was_written(home, tablet, edith):
    drink = with_note("Tee, قهوة, 茶 and 🫖\u2028‮")(tablet, edith)
    assert tablet.sync([drink])["results"][0]["status"] == "accepted"
    assert home.record(drink["id"])["fields"]["note"] == drink["fields"]["note"]


def test_a_text_has_no_limit_but_the_entry_s_own(tablet, edith):
    assert tablet.sync([with_note("x" * 60_000)(tablet, edith)])["results"][0]["status"] == "accepted"


def test_sending_a_refused_entry_again_makes_no_second_copy(home, tablet, edith):
    bad = [make(tablet, edith) for make in BAD.values()]
    tablet.sync(bad)
    first = home.sql("SELECT COUNT(*) FROM quarantine")[0][0]
    assert {r["status"] for r in tablet.sync(bad)["results"]} == {"quarantined"}
    assert home.sql("SELECT COUNT(*) FROM quarantine")[0][0] == first


def test_unknown_people_parents_and_vessels_are_accepted_and_flagged(tablet):
    nobody, nothing = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
    drink = tablet.statement(
        "hydration_check", {"resident": nobody, "outcome": "drank", "drunk_ml": 100, "vessel": nothing}, parents=[nothing]
    )
    answer = tablet.sync([drink])
    assert answer["results"][0]["status"] == "accepted"
    change = next(c for c in answer["changes"] if c["record"] == drink["id"])
    assert {"unknown person", "unknown record", "unknown parent"} <= set(change["flags"])
