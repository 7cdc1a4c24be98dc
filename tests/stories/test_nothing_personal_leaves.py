"""No field of any person reaches a payload, an address, a header, a topic, a mail or a log line: every way out, all levels of log."""

from __future__ import annotations

import json
import logging
import re
import threading
import uuid
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from server import clock
from server.alerts import mail, payload, watch
from server.records import intake
from sync.fields import Label, ListOf, Open, Text, check_fields, plan_of
from sync.kinds import Kind, kinds
from sync.messages import section
from sync.rules.catalogue import EVERY_RULE
from tests.harness.alerted import MINUTE, SECOND
from tests.harness.apps import rfc3339
from tests.harness.mail_server import MailServer
from tests.stories.test_other_ways import hook  # noqa: F401 (fixture)

# Each marks one field of a person, a record or the home, and stands in no other word.
MARKS = ("Zqname", "Zqroom", "Zqunit", "Zqsex", "Zqalert", "Zqneeds", "Zqnote", "Zqdrink", "Zqsupport", "Zqstaff", "Zqphone", "Zqplan")
# Stands in every field of every kind at once, and in no word or number of ours.
MARK = "Zqmarked"
#: A number that stands by itself: keys and signatures are random, and have any digits within them.
NUMBER = re.compile(r"(?<![\w-])\d[\d,]*(?=ml|(?![\w-]))")
VECTORS = Path(__file__).parents[1] / "vectors"
SERVER = mail.MailServer("smtp", "127.0.0.1", 25, "", "", "alerts@larkfield.example")
FIXED = {
    *re.findall(r"[A-Za-z']+", " ".join([*section("push.texts").values(), *section("push.mail").values(), section("push")["title"], "minutes hours hour"])),
    "https", "tidemark", "example", "alerts", "overview",
}  # fmt: skip


def test_nothing_that_is_known_of_a_person_leaves_by_any_way_or_stands_in_a_log(alerted, clock_at, hook, caplog):  # noqa: F811
    caplog.set_level(logging.DEBUG)
    ten, home = clock_at(10), alerted.home
    ama, phone = home.staff("Zqstaff Mensah", ["senior_carer"]), alerted.phone("Zqphone")
    joan = home.resident("Zqname", unit="Zqunit", room="Zqroom", sex="Zqsex", name_alert="Zqalert", communication_needs="Zqneeds")
    alerted.plan(joan, ten - 180 * MINUTE, target_ml=1613, monitoring_reason="Zqplan", support="Zqsupport")
    alerted.sign_on(ama, "senior_carer", phone, ten - MINUTE, "Zqunit")
    for channel, target in (("email", "helen@larkfield.example"), ("apprise", f"json://127.0.0.1:{hook.server_port}/hook")):
        alerted.contact(channel, target)
    phone.tablet.unlock(ama)
    entry = phone.tablet.statement(
        "hydration_check",
        {"resident": str(joan), "outcome": "drank", "drunk_ml": 1607, "red_flags": ["choking"], "note": "Zqnote", "drink": "Zqdrink"},
        occurred_at=rfc3339(ten - 30 * SECOND), recorded_at=rfc3339(ten),
    )  # fmt: skip
    assert phone.tablet.sync([entry])["results"][0]["status"] == "accepted"
    with MailServer() as mails:
        alerted.mail_server = mails.settings
        for minutes in (0, 3, 25, 45):
            alerted.at(clock.now_ms() + minutes * MINUTE)
    pushed = [message.text for message in alerted.service.messages(phone.made)]
    asked = [f"{request.path} {request.headers}" for request in alerted.service.requests]
    mailed = [each.as_string() for _, each in mails.mails]
    told, logged = [str(each) for each in hook.got], [caplog.text]
    assert pushed and asked and mailed and told
    for where, texts in {"push": pushed, "headers": asked, "mail": mailed, "apprise": told, "log": logged}.items():
        for text in texts:
            assert [mark for mark in (*MARKS, "choking", str(joan), str(ama.id)) if mark in text] == [], where
            assert [amount for amount in ("1613", "1607") if amount in {one.replace(",", "") for one in NUMBER.findall(text)}] == [], where
    assert not any(phone.made["endpoint"].rsplit("/", 1)[-1] in text for text in logged), "an endpoint is a secret"


def marked(kind: Kind, vector: dict, about: dict[str, str]) -> dict:
    """An example of a kind with a mark in every field that takes one: in texts and labels, in what is left open, and in lists."""
    fields = {**vector, **{name: id_ for name, id_ in about.items() if isinstance(vector.get(name), str)}}
    for name, field in kind.fields().load_fields.items():
        mark = f"{MARK}-{kind.name}-{name}"
        for value in (mark, [mark], {mark: mark}, [{mark: mark}], [*fields.get(name), mark] if isinstance(fields.get(name), list) else mark):
            if isinstance(field, Text | Label | Open | ListOf) and sound(kind, {**fields, name: value}):
                fields[name] = value
                break
    return fields


def sound(kind: Kind, fields: dict) -> bool:
    return not check_fields(plan_of(kind.fields), fields)[1] and not (kind.check and kind.check(fields, True))


def test_no_field_of_a_record_of_any_kind_leaves_by_any_way_or_stands_in_a_log(alerted, clock_at, hook, caplog):  # noqa: F811
    caplog.set_level(logging.DEBUG)
    ten, home = clock_at(10), alerted.home
    ama, phone, joan = home.staff("Ama", ["senior_carer"]), alerted.phone(), home.resident("Joan")
    alerted.plan(joan, ten - 180 * MINUTE)
    alerted.sign_on(ama, "senior_carer", phone, ten - MINUTE)
    for channel, target in (
        ("email", "helen@larkfield.example"), ("apprise", f"json://127.0.0.1:{hook.server_port}/hook"), ("dead_man", f"{alerted.service.origin}/alive"),
    ):  # fmt: skip
        alerted.contact(channel, target)
    for rule in EVERY_RULE:
        alerted.switch_on(rule, ten - MINUTE)
    about = {"resident": str(joan), "subject": str(joan), "staff": str(ama.id), "owner": str(ama.id)}
    for kind in kinds().values():
        (vector, *_) = json.loads((VECTORS / f"{kind.name}.json").read_text())["accepted"]
        fields = marked(kind, vector["fields"], about)
        assert MARK in json.dumps(fields) or not any(isinstance(one, Text | Open) for one in kind.fields().load_fields.values()), kind.name
        id_ = uuid.uuid4()
        alerted.write(intake.Statement(record=id_, id=id_, kind=kind.name, fields=fields, occurred_ms=ten - 5 * MINUTE), ten)
    phone.tablet.unlock(ama)
    entry = phone.tablet.statement(
        "hydration_check", {"resident": str(joan), "outcome": "drank", "drunk_ml": 40, "red_flags": ["choking"], "note": MARK},
        occurred_at=rfc3339(ten - 30 * SECOND), recorded_at=rfc3339(ten),
    )  # fmt: skip
    assert phone.tablet.sync([entry])["results"][0]["status"] == "accepted"
    with MailServer() as mails:
        alerted.mail_server = mails.settings
        for minutes in (0, 3, 25, 45, 5 * 60, 26 * 60, 80 * 60):
            alerted.at(clock.now_ms() + minutes * MINUTE)
        with alerted.app.app_context():
            watch.audit(clock.now_ms() + 90 * 60 * MINUTE)
            watch.say_that_all_is_well(clock.now_ms())
        for thread in [each for each in threading.enumerate() if each.name == "dead-man"]:
            thread.join()
    asked = [f"{request.path} {request.headers}" for request in alerted.service.requests]
    left = {
        "push": [message.text for message in alerted.service.messages(phone.made)], "addresses and headers": asked,
        "mail": [each.as_string() for _, each in mails.mails], "apprise": [str(each) for each in hook.got], "log": [caplog.text],
    }  # fmt: skip
    assert all(left.values()) and any(each.startswith("/alive") for each in asked)
    assert len({each["rule"] for each in alerted.alerts() if each.get("told")}) > 3, "not of red flags alone"
    for where, texts in left.items():
        assert [text[max(0, text.index(MARK) - 200) :][:300] for text in texts if MARK in text] == [], where


@given(st.sampled_from(sorted(payload.TEXTS)), st.data())
def test_every_mail_that_can_be_made_holds_only_our_own_fixed_words_and_an_id(what, data):
    notice = payload.Notice(
        data.draw(st.uuids()), what, data.draw(st.sampled_from(sorted(payload.TEXTS[what]))), alert=data.draw(st.none() | st.uuids()),
        minutes=data.draw(st.none() | st.integers(0, payload.LONGEST_MINUTES)), by=data.draw(st.sampled_from([None, "5:30pm", "midday"])),
    )  # fmt: skip
    made = mail.message(SERVER, "helen@larkfield.example", notice, "https://tidemark.example")
    said = made.get_content().replace(str(notice.alert), "").replace("midday", "").replace("5:30pm", "")
    assert set(re.findall(r"[A-Za-z']+", re.sub(r"\d+", " ", said))) <= FIXED
    assert made["Subject"] == section("push.mail")["subject"] and set(made.keys()) == {
        "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip
