"""The sealed queue: what a locked tablet sends is opened by the home's key, judged as if it had come plain, and anything
that cannot be opened is kept whole and costs no neighbour (protocol.md, Access)."""

from __future__ import annotations

import base64
import json
import re
import uuid

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server import clock
from server.__main__ import main
from server.people import home_keys
from tests.harness.sealing import Session, compact, digest_of
from tests.harness.visitor import Visitor


def send(tablet, rows, keys, **members):
    """As a cold tablet does: with its token and no grant."""
    answer = tablet.sync(rows, keys=keys, grant=None, **members)
    assert answer["locked"] and answer["changes"] == []
    return answer["results"]


def statuses(results):
    return [result["status"] for result in results]


def kept(home):
    return [json.loads(bytes(row[0])) for row in home.sql("SELECT body FROM quarantine ORDER BY received_ms")]


def test_a_cold_tablet_sends_sealed_drinks_with_its_token_alone_and_they_are_filed_under_their_author(home, tablet, session, edith):
    drinks = [tablet.drink(edith, ml) for ml in (100, 150, 200)]
    results = send(tablet, [session.seal(drink) for drink in drinks], session.keys)
    assert statuses(results) == ["accepted"] * 3
    assert [result["digest"] for result in results] == [digest_of(drink) for drink in drinks]
    rows = [row for row in home.rows() if row["submission"]["kind"] == "hydration_check"]
    assert [row["submission"]["fields"]["drunk_ml"] for row in rows] == [100, 150, 200]
    assert {row["submission"]["author"] for row in rows} == {str(tablet.person.id)} and rows[0]["header"]["grant_id"]
    assert all(row["header"]["digest"] == digest_of(drink) for row, drink in zip(rows, drinks, strict=True))


def test_the_same_drink_plain_and_sealed_is_one_drink(home, tablet, session, edith):
    drink = tablet.drink(edith)
    (first,) = send(tablet, [session.seal(drink)], session.keys)
    again = tablet.sync([drink, session.seal(drink), drink], keys=session.keys)["results"]
    assert statuses(again) == ["duplicate"] * 3 and {result["seq"] for result in again} == {first["seq"]}
    plain_first = tablet.drink(edith)
    tablet.sync([plain_first])
    assert statuses(send(tablet, [session.seal(plain_first)], session.keys)) == ["duplicate"]


def test_an_entry_whose_key_has_not_come_is_asked_for_again_and_kept_nowhere(home, tablet, session, edith):
    rows, before = [session.seal(tablet.drink(edith)), tablet.drink(edith), session.seal(tablet.drink(edith))], len(home.rows())
    answer = tablet.sync(rows, keys={})
    assert statuses(answer["results"]) == ["retry", "accepted", "retry"] and len(home.rows()) == before + 1
    assert answer["resend"] == [[1, 1]] and kept(home) == []
    assert statuses(send(tablet, rows, None)) == ["retry", "duplicate", "retry"]
    assert statuses(send(tablet, rows, session.keys)) == ["accepted", "duplicate", "accepted"]


@pytest.mark.parametrize("key", [None, 7, ["a"], {"a": 1}, "", "not a key", "a.b.c.d.e", "é" * 20, "x" * 1_000_000])
def test_a_key_that_is_no_key_costs_its_own_entries_and_no_others(home, tablet, session, edith, key):
    other, good = Session(tablet.home_key, tablet.id), tablet.drink(edith)
    rows = [other.seal(tablet.drink(edith)), session.seal(good), tablet.drink(edith), other.seal(tablet.drink(edith))]
    results = send(tablet, rows, {**session.keys, other.kid: key})
    assert statuses(results) == ["quarantined", "accepted", "accepted", "quarantined"]
    assert list(results[0]["errors"]) == ["sealed"] and results[0]["digest"] is None
    assert results[0]["id"] == rows[0]["id"]


MANGLED = {
    "another tablet's": lambda s, d: s.seal(d, header={"device": str(uuid.uuid4())}),
    "no tablet's": lambda s, d: s.seal(d, header={"device": None}),
    "renumbered outside": lambda s, d: s.seal(d, number=d["number"] + 50),
    "renumbered in the header": lambda s, d: s.seal(d, header={"number": d["number"] + 50}),
    "renumbered inside": lambda s, d: s.seal(d, plain=json.dumps({**d, "number": d["number"] + 50}).encode()),
    "another id outside": lambda s, d: s.seal(d, id=str(uuid.uuid4())),
    "another id in the header": lambda s, d: s.seal(d, header={"id": str(uuid.uuid4())}),
    "another id inside": lambda s, d: s.seal(d, plain=json.dumps({**d, "id": str(uuid.uuid4())}).encode()),
    "another kid in the header": lambda s, d: s.seal(d, header={"kid": "another"}),
    "another digest": lambda s, d: s.seal(d, digest="0" * 64),
    "no digest": lambda s, d: s.seal(d, digest=None),
    "a digest in capitals": lambda s, d: s.seal(d, digest=digest_of(d).upper()),
    "other content inside": lambda s, d: s.seal(d, plain=json.dumps({**d, "nonce": "0" * 32}).encode()),
    "a list inside": lambda s, d: s.seal(d, plain=json.dumps([d]).encode()),
    "a number inside": lambda s, d: s.seal(d, plain=b"7"),
    "packed": lambda s, d: s.seal(d, header={"zip": "DEF"}),
    "with something critical": lambda s, d: {**s.seal(d), "sealed": headed(s.seal(d)["sealed"], crit=["kid"])},
    "another algorithm": lambda s, d: {**s.seal(d), "sealed": headed(s.seal(d)["sealed"], enc="A128GCM")},
    "a bit flipped": lambda s, d: {**s.seal(d), "sealed": flipped(s.seal(d)["sealed"])},
    "cut short": lambda s, d: {**s.seal(d), "sealed": s.seal(d)["sealed"][:-30]},
    "nothing sealed": lambda s, d: s.seal(d, sealed=""),
    "a number sealed": lambda s, d: s.seal(d, sealed=7),
    "null sealed": lambda s, d: s.seal(d, sealed=None),
    "number missing": lambda s, d: {k: v for k, v in s.seal(d).items() if k != "number"},
    "kid missing": lambda s, d: {k: v for k, v in s.seal(d).items() if k != "kid"},
    "kid a list": lambda s, d: s.seal(d, kid=["k"]),
    "plain beside sealed": lambda s, d: {**d, **s.seal(d)},
    "a kind of tomorrow beside sealed": lambda s, d: {**s.seal(d), "kind": "not known yet", "schema": 1},
    "half a character in a name": lambda s, d: {**s.seal(d), "\ud800": 1},
}


def headed(token, **header):
    head, rest = token.split(".", 1)
    said = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return base64.urlsafe_b64encode(json.dumps({**said, **header}).encode()).rstrip(b"=").decode() + "." + rest


def flipped(token):
    head, key, iv, text, tag = token.split(".")
    return ".".join([head, key, iv, ("B" if text[0] == "A" else "A") + text[1:], tag])


@pytest.mark.parametrize("how", MANGLED)
def test_a_row_that_cannot_be_opened_or_says_otherwise_inside_is_kept_whole_between_two_good_ones(home, tablet, session, edith, how):
    first, drink, last = tablet.drink(edith), tablet.drink(edith), tablet.drink(edith)
    bad = MANGLED[how](session, drink)
    rows = [session.seal(first), bad, session.seal(last)]
    results = send(tablet, rows, session.keys)
    assert statuses(results) == ["accepted", "quarantined", "accepted"], how
    assert results[1]["errors"] and all(said and said[0].endswith(".") for said in results[1]["errors"].values())
    assert results[1]["digest"] is None and results[1]["id"] == bad["id"]
    (whole,) = kept(home)
    assert {name: value for name, value in whole.items() if name != "keys"} == bad
    assert statuses(send(tablet, rows, session.keys)) == ["duplicate", "quarantined", "duplicate"]
    assert len(kept(home)) == 1, "the same row was kept twice"


def test_a_row_that_stays_closed_keeps_its_key_beside_it_so_that_it_can_be_opened_one_day(home, tablet, session, edith):
    keys = session.keys
    send(tablet, [session.seal(tablet.drink(edith), digest="0" * 64)], keys)
    assert kept(home)[0]["keys"] == keys


def test_a_row_that_stays_closed_has_arrived_and_is_not_asked_for_for_ever(home, tablet, session, edith):
    rows = [session.seal(tablet.drink(edith)) for _ in range(3)]
    rows[0] = {**rows[0], "sealed": flipped(rows[0]["sealed"])}
    answer = tablet.sync(rows, keys=session.keys)
    assert statuses(answer["results"]) == ["quarantined", "accepted", "accepted"] and answer["resend"] == []
    assert home.sql("SELECT number_clash_ms FROM device WHERE pseudo IS NULL")[0][0] is None


def test_a_damaged_copy_does_not_use_up_the_id_and_is_closed_when_the_whole_one_arrives(home, tablet, session, edith):
    drink = tablet.drink(edith)
    row = session.seal(drink)
    send(tablet, [{**row, "sealed": flipped(row["sealed"])}], session.keys)
    assert statuses(send(tablet, [row], session.keys)) == ["accepted"]
    assert home.sql("SELECT state FROM quarantine")[0][0] == "accepted"
    assert home.sql("SELECT number_clash_ms FROM device WHERE pseudo IS NULL")[0][0] is None


def test_a_repair_of_what_stayed_closed_keeps_its_link(home, tablet, session, edith):
    drink = tablet.drink(edith)
    send(tablet, [session.seal(drink, digest="1" * 64)], session.keys)
    repair = tablet.drink(edith, 150, record=drink["id"], repairs=drink["id"])
    assert statuses(send(tablet, [session.seal(repair)], session.keys)) == ["accepted"]
    assert home.sql("SELECT state FROM quarantine")[0][0] == "repaired" and home.record(drink["id"])


INSIDE = {
    "no JSON": (lambda d: b"{not json", "submission"),
    "bytes that are no text": (lambda d: b"\xff\xfe\x00", "submission"),
    "half an emoji": (lambda d: json.dumps(d).replace('"drank"', '"drank\\ud83d"').encode(), "outcome"),
    "a number beyond a double": (lambda d: json.dumps(d).replace("150", "1e999").encode(), None),
    "an integer beyond 2^53": (lambda d: json.dumps(d).replace("150", "12345678901234567890").encode(), "drunk_ml"),
    "a pit of brackets": (lambda d: json.dumps(d).replace("150", "[" * 50_000 + "]" * 50_000).encode(), "submission"),
}


@pytest.mark.parametrize("how", INSIDE)
def test_what_no_database_keeps_is_set_aside_when_it_comes_sealed_as_when_it_comes_plain(home, tablet, session, edith, how):
    make, name = INSIDE[how]
    drink, good = tablet.drink(edith, 150), tablet.drink(edith)
    results = send(tablet, [session.seal(drink, plain=make(drink)), session.seal(good)], session.keys)
    assert statuses(results) == ["quarantined", "accepted"] and results[0]["id"] == drink["id"]
    assert name is None or name in results[0]["errors"], results[0]


def test_a_nul_in_a_sealed_note_is_refused_by_the_notes_name(home, tablet, session, edith):
    noted = tablet.statement("hydration_check", {"resident": str(edith), "outcome": "drank", "drunk_ml": 5, "note": "a\0b"})
    (result,) = send(tablet, [session.seal(noted)], session.keys)
    assert result["status"] == "quarantined" and list(result["errors"]) == ["note"]


def test_an_entry_over_64_kb_is_refused_by_what_is_inside_and_its_size_is_said(home, tablet, session, edith):
    fat = tablet.statement("hydration_check", {"resident": str(edith), "outcome": "drank", "drunk_ml": 5, "note": "x" * 70_000})
    (result,) = send(tablet, [session.seal(fat)], session.keys)
    assert result["status"] == "quarantined" and list(result["errors"]) == ["submission"] and result["digest"] == digest_of(fat)


def test_an_entry_newer_than_the_server_waits_on_the_tablet_sealed_as_it_is(home, tablet, session, edith):
    later = tablet.drink(edith, schema=99)
    assert statuses(send(tablet, [session.seal(later)], session.keys)) == ["retry"] and kept(home) == []


def test_an_entry_refused_for_its_content_is_kept_as_it_was_written_and_a_manager_can_accept_it(home, tablet, session, edith):
    bad = tablet.drink(edith, -5)
    (result,) = send(tablet, [session.seal(bad)], session.keys)
    assert list(result["errors"]) == ["drunk_ml"] and result["digest"] == digest_of(bad)
    assert kept(home) == [{name: value for name, value in bad.items() if name != "grant"}]


@pytest.mark.parametrize("plain", [b"", b"x" * 31, b"x" * 33])
def test_a_session_key_of_another_length_opens_nothing(home, tablet, session, edith, plain):
    row = session.seal(tablet.drink(edith))
    assert statuses(send(tablet, [row], {session.kid: session.sealed_key(plain)})) == ["quarantined"]


@pytest.mark.parametrize("header", [{"alg": "ECDH-ES"}, {"zip": "DEF"}, {"enc": "A128GCM"}, {"kid": "unknown"}, {"kid": 5}])
def test_a_session_key_sealed_in_another_way_opens_nothing(home, tablet, session, edith, header):
    row = session.seal(tablet.drink(edith))
    try:
        key = session.sealed_key(**header)
    except Exception:  # the maker refuses some of these itself; then the header alone is changed
        key = headed(session.sealed_key(), **header)
    assert statuses(send(tablet, [row], {session.kid: key})) == ["quarantined"]


def test_what_is_sealed_to_another_homes_key_is_kept_and_says_so(house, home, tablet, edith):
    elsewhere = house.home("Elsewhere")
    with house.app.app_context():
        foreign = Session(home_keys.newest_jwk(elsewhere.id), tablet.id)
    (result,) = send(tablet, [foreign.seal(tablet.drink(edith))], foreign.keys)
    assert result["status"] == "quarantined" and "home" in result["errors"]["sealed"][0]


def test_after_the_home_changes_its_key_the_old_one_still_opens_and_tablets_are_given_the_new_one(house, home, tablet, session, edith):
    with house.app.app_context():
        kid = home_keys.rotate(home.id, now_ms=clock.now_ms())
    fresh = tablet.unlock(tablet.person).json["home_key"]
    assert fresh["kid"] == kid != tablet.home_key["kid"] and "d" not in fresh
    later = Session(fresh, tablet.id)
    rows = [session.seal(tablet.drink(edith)), later.seal(tablet.drink(edith))]
    assert statuses(send(tablet, rows, {**session.keys, **later.keys})) == ["accepted", "accepted"]


def test_a_locked_tablets_emergency_entry_travels_sealed_too(home, tablet, session, edith):
    typed = tablet.drink(edith, 40, author=None, grant=None, author_name="Agency Jo")
    assert statuses(send(tablet, [session.seal(typed)], session.keys)) == ["accepted"]
    assert home.record(typed["id"])["flags"] == ["unverified"]


def test_five_hundred_sealed_entries_of_ten_sign_ins_go_in_one_batch(home, tablet, edith):
    sessions = [Session(tablet.home_key, tablet.id) for _ in range(10)]
    rows = [sessions[at % 10].seal(tablet.drink(edith)) for at in range(500)]
    keys = {each.kid: each.sealed_key() for each in sessions}
    assert statuses(send(tablet, rows, keys)) == ["accepted"] * 500


SCALARS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=30)
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=6)
HEADER = st.dictionaries(st.sampled_from(["alg", "enc", "kid", "id", "number", "device", "zip", "crit", "epk", "apu", "p2c"]), ANYTHING, max_size=4)


@st.composite
def mangling(draw):
    """A way to spoil a row, its key, or both; never one that leaves them as they were."""
    where = draw(st.sampled_from(["member", "drop", "extra", "text", "header", "key_text", "key_header", "key"]))
    name = draw(st.sampled_from(["id", "number", "digest", "kid", "sealed"]))
    return where, name, draw(ANYTHING), draw(st.integers(0, 600)), draw(st.characters(max_codepoint=255)), draw(HEADER)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(how=mangling())
def test_no_mangling_of_a_sealed_row_is_accepted_or_touches_its_neighbours(home, tablet, session, edith, how):
    where, name, value, place, character, header = how
    spoilt = Session(tablet.home_key, tablet.id)
    row, key = spoilt.seal(tablet.drink(edith)), spoilt.sealed_key()

    def cut(token):
        at = place % len(token)
        return token[:at] + character + token[at + 1 :]

    before = json.dumps([row, key])
    row = {
        "member": {**row, name: value}, "drop": {k: v for k, v in row.items() if k != name}, "extra": {**row, f"x{place}": value},
        "text": {**row, "sealed": cut(row["sealed"])}, "header": {**row, "sealed": headed(row["sealed"], **header)},
    }.get(where, row)  # fmt: skip
    key = {"key_text": cut(key), "key_header": headed(key, **header), "key": value}.get(where, key)
    spoiled = json.dumps([row, key]) != before
    rows = [session.seal(tablet.drink(edith)), row, session.seal(tablet.drink(edith))]
    results = send(tablet, rows, {**session.keys, spoilt.kid: key})
    assert statuses(results)[::2] == ["accepted", "accepted"]
    if spoiled and not same_meaning(where, before, row, key):
        assert results[1]["status"] in ("quarantined", "retry"), (how, results[1])


def same_meaning(where, before, row, key):
    """Base64 of one length has spare bits at its end, and a header may hold what it held: such a change says the same."""
    if where not in ("text", "header", "key_text", "key_header"):
        return False
    old_row, old_key = json.loads(before)

    def parts(token):
        return [base64.urlsafe_b64decode(part.encode("ascii", "ignore") + b"=" * (-len(part) % 4)) for part in token.split(".")]

    try:
        return parts(old_row["sealed"]) == parts(row["sealed"]) and parts(old_key) == parts(key)
    except ValueError:
        return False


def test_a_sealed_row_made_by_another_library_with_another_spelling_of_its_header_is_opened_too(home, tablet, session, edith):
    drink = tablet.drink(edith)
    row = session.seal(drink)
    header = {"device": str(tablet.id), "number": drink["number"], "id": drink["id"], "kid": session.kid, "enc": "A256GCM", "alg": "dir"}
    row["sealed"] = compact(json.dumps(drink, indent=2).encode(), session.key, header)
    assert statuses(send(tablet, [row], session.keys)) == ["accepted"]


# ---- a row that stays closed ----


@pytest.fixture
def lost(house, home, session):
    """The home's key is gone, as after a restore on an empty machine: its PEM, to be put back."""
    (pem,) = (row[0] for row in home.sql(f"SELECT private_key FROM home WHERE id = {home.id}"))
    with house.app.app_context():
        home.sql(f"UPDATE home SET private_key = '{home_keys.fresh_pem()}' WHERE id = {home.id}")
    return pem


def doors(page, what):
    return re.findall(rf'"(/set-aside/[0-9a-f]+/{what})"', page.html)


def test_a_row_whose_key_is_lost_is_put_away_by_a_manager_with_a_reason_and_stays_whole(home, lost, tablet, session, edith):
    row, keys = session.seal(tablet.drink(edith)), session.keys
    assert statuses(send(tablet, [row], keys)) == ["quarantined"]
    sue, before = Visitor.manager(home, ["registered_manager"]), kept(home)
    (door,) = doors(sue.open("/set-aside"), "put-away")
    assert "Say why" in sue.send(door, why=" ").text
    done = sue.send(door, why="Ama recorded it again")
    assert done.path == "/set-aside" and "put it away: Ama recorded it again" in done.text and "Not put right yet" not in done.text
    assert kept(home) == before and before[0]["sealed"] == row["sealed"] and before[0]["keys"] == keys
    assert home.rows()[-1]["submission"]["fields"] == {"put_away_because": "Ama recorded it again"}
    assert sue.send(door, form_at="/set-aside", why="Again").status == 409
    assert statuses(send(tablet, [row], session.keys)) == ["quarantined"] and kept(home) == before, "sent again, it is no second copy"


def test_a_row_is_opened_once_its_key_is_put_back_and_then_judged_as_if_it_had_just_come(database, home, lost, tablet, session, edith, tmp_path):
    def run(*said):
        env = {"TIDEMARK_DATA": str(database.folder), "DATABASE_URL": database.url}
        done = CliRunner().invoke(main, said, env=env)
        assert done.exit_code == (0 if said[-1] == "--json" else 1), (done.output, done.exception)
        return done.output

    good, bad, away = (session.seal(tablet.drink(edith, ml)) for ml in (100, -5, 150))
    assert statuses(send(tablet, [good, bad, away], session.keys)) == ["quarantined"] * 3
    sue = Visitor.manager(home, ["registered_manager"])
    again = doors(sue.open("/set-aside"), "open")
    assert len(again) == 3 and "still not be opened" in sue.send(again[0], form_at="/set-aside").text
    (key,) = (bytes(key) for key, body in home.sql("SELECT key, body FROM quarantine") if json.loads(bytes(body))["id"] == away["id"])
    assert "Put away" in sue.send(f"/set-aside/{key.hex()}/put-away", why="Nothing can be done").text
    file = tmp_path / "key.pem"
    file.write_text("no key")
    assert "no P-256 private key" in run("home", "import-key", "--home", str(home.uuid), str(file))
    file.write_text(lost)
    assert json.loads(run("home", "import-key", "--home", str(home.uuid), str(file), "--json"))["kid"] == session.home_key["kid"]
    assert tablet.unlock(tablet.person).json["home_key"]["kid"] != session.home_key["kid"], "no tablet seals to it again"
    assert json.loads(run("open-again", "--json"))["homes"] == [{"home": str(home.uuid), "added": 2, "set_aside": 1, "closed": 0}]
    assert json.loads(run("open-again", "--json"))["homes"] == [{"home": str(home.uuid), "added": 0, "set_aside": 0, "closed": 0}]
    assert home.record(good["id"]) and home.record(away["id"]) and not home.record(bad["id"])
    assert sorted(row[0] for row in home.sql("SELECT state FROM quarantine")) == ["accepted", "accepted", "open", "opened"]
    assert doors(sue.open("/set-aside"), "open") == []
