"""A home with an alert, somebody on duty, and phones that a strict push service stands behind."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any

from server.alerts import contacts, deliver, follow, outbox
from server.alerts.channels import Channels
from server.alerts.push import Sender
from server.alerts.tables import outbox as outbox_table
from server.alerts.tables import subscription
from server.db import reading, writing
from server.records import intake, store
from sqlalchemy import select, update
from tests.harness.apps import Home, Person, Tablet, rfc3339
from tests.harness.push_service import PushService

SUBJECT = "mailto:alerts@larkfield.example"
PUBLIC_URL = "https://tidemark.example"
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000


@dataclass
class Phone:
    """An enrolled device with a subscription."""

    tablet: Tablet
    made: dict[str, Any]

    @property
    def id(self) -> uuid.UUID:
        return self.tablet.id


class Alerted:
    """Ask, as the escalator would, at any time that a test names: nothing here sleeps."""

    def __init__(self, home: Home, service: PushService):
        self.home, self.service = home, service
        self.app = home.house.app
        self.mail_server = None  # settings of a `MailServer`, where a test has one

    # ---- phones and people ----

    def phone(self, name: str = "Duty phone", *, proven: bool = True, form: str = "phone") -> Phone:
        """Enrol a device and subscribe it over the API, as the app does; `proven` where it has shown a message before."""
        tablet = self.home.tablet(name, form=form)  # a phone is carried: nobody misses it when it is not heard from
        key = tablet.client.get("/api/v1/push/key", headers=tablet.auth).json["key"]
        made = self.service.subscribe(key)
        answer = tablet.client.put("/api/v1/push/subscription", json={**made, "key": key}, headers=tablet.auth)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        if proven:
            with self.app.app_context():
                mine = (subscription.c.home_id == self.home.id) & (subscription.c.device == tablet.id)
                writing(lambda c: c.execute(update(subscription).where(mine).values(receipt_ms=1)))
        return Phone(tablet, made)

    def contact(self, channel: str, target: str, role: str = "any") -> uuid.UUID:
        """An address that a manager has entered."""
        kept = {"channel": channel, "target": target, "role": role, "by": uuid.uuid4(), "allow_loopback": True, "now_ms": 1}
        with self.app.app_context():
            return writing(lambda c: contacts.add(c, self.home.id, **kept))

    def sign_on(self, person: Person, role: str, phone: Phone, now_ms: int, unit: str | None = None, until_ms: int | None = None):
        """A person starts a shift at a device."""
        id_ = uuid.uuid4()
        fields = {
            "what": "on_shift", "staff": str(person.id), "role": role, "unit": unit, "from": rfc3339(now_ms),
            "device": str(phone.id),
        }  # fmt: skip
        if until_ms:
            fields["to"] = rfc3339(until_ms)
        fields = {name: value for name, value in fields.items() if value is not None}
        statement = intake.Statement(record=id_, id=id_, kind="duty", fields=fields, occurred_ms=now_ms, author=person.id)
        with self.app.app_context():
            result = intake.write(self.home.id, [statement], now_ms=now_ms, origin="page")[0]
        assert result.status == "accepted", result
        return id_

    def sign_off(self, person: Person, now_ms: int) -> None:
        """A person's shifts end."""
        for row in self.duties():
            if row.fields["staff"] == str(person.id):
                said = intake.Statement(record=row.id, kind="duty", fields={"to": rfc3339(now_ms)}, occurred_ms=now_ms, author=person.id)
                self.write(said, now_ms)

    def without_lock_screen(self) -> None:
        """As where TIDEMARK_LOCK_SCREEN is 0."""
        self.app.extensions["tidemark"] = replace(self.app.extensions["tidemark"], lock_screen=False)

    def plan(self, resident: uuid.UUID, since_ms: int, **fields: Any) -> uuid.UUID:
        """The person is on monitoring since then."""
        id_ = uuid.uuid4()
        values = {
            "resident": str(resident), "monitoring": True, "monitored_from": rfc3339(since_ms), "monitoring_reason": "Low intake",
            "wakes_at": "07:00", "sleeps_at": "21:00", **fields,
        }  # fmt: skip
        self.write(intake.Statement(record=id_, id=id_, kind="hydration_plan", fields=values, occurred_ms=since_ms), since_ms)
        return id_

    def switch_on(self, rule: str, since_ms: int) -> None:
        """A manager has turned a rule on."""
        id_, fields = uuid.uuid4(), {"name": f"rule.{rule}", "value": "on", "from": rfc3339(since_ms)}
        self.write(intake.Statement(record=id_, id=id_, kind="threshold", fields=fields, occurred_ms=since_ms), since_ms)

    # ---- time passes ----

    def follow(self, now_ms: int) -> None:
        with self.app.app_context():
            while follow.follow(self.home.id, now_ms):
                pass

    def fire(self, now_ms: int, holder: str = "", in_doubt: bool = False):
        with self.app.app_context():
            return follow.fire(self.home.id, lambda: now_ms, holder=holder, in_doubt=in_doubt)

    def deliver(self, now_ms: int, timeout_s: tuple[float, float] = (2.0, 2.0), in_doubt: bool = False) -> int:
        with self.app.app_context():
            push = Sender(subject=SUBJECT, allow_loopback=True, timeout_s=timeout_s)
            delivery = deliver.Delivery(
                Channels(push, mail_server=self.mail_server, public_url=PUBLIC_URL, allow_loopback=True, timeout_s=timeout_s)
            )
            delivery.in_doubt = in_doubt
            try:
                return delivery.drain(now_ms)
            finally:
                delivery.close()

    def at(self, now_ms: int, in_doubt: bool = False) -> None:
        """One whole round of an escalator at a time; `in_doubt` where it has just seen its clock jump."""
        self.follow(now_ms)
        self.fire(now_ms, in_doubt=in_doubt)
        self.deliver(now_ms, in_doubt=in_doubt)

    # ---- what there is ----

    def messages(self) -> list[dict[str, Any]]:
        """The outbox but for tests at a sign-on or a renewal, oldest first."""
        with self.app.app_context(), reading() as c:
            mine = (outbox_table.c.home_id == self.home.id) & ~outbox_table.c.step.startswith("sign_on:") & ~outbox_table.c.step.startswith("renewed:")
            query = select(outbox_table).where(mine)
            return [dict(row) for row in c.execute(query.order_by(outbox_table.c.made_ms, outbox_table.c.id)).mappings()]

    def states(self) -> list[str]:
        return sorted(row["state"] for row in self.messages())

    def alerts(self) -> list[dict[str, Any]]:
        """Every alert's values, by rule."""
        with self.app.app_context(), reading() as c:
            rows = store.records(c, self.home.id, "alert")
        return sorted(({"id": row.id, **row.fields} for row in rows), key=lambda row: row["rule"])

    def duties(self) -> list[Any]:
        """Every sign-on, as records."""
        with self.app.app_context(), reading() as c:
            return [row for row in store.records(c, self.home.id, "duty") if row.fields.get("what") == "on_shift"]

    def write(self, statement: intake.Statement, now_ms: int, origin: str = "page") -> None:
        with self.app.app_context():
            result = intake.write(self.home.id, [statement], now_ms=now_ms, origin=origin)[0]
        assert result.status == "accepted", result

    def set_status(self, alert: uuid.UUID, person: Person, status: str, now_ms: int, **fields: Any) -> None:
        """A person acts on an alert, having seen it as it stands."""
        values = {"status": status, **({"owner": str(person.id)} if status == "acknowledged" else {}), **fields}
        self.write(intake.Statement(record=alert, kind="alert", fields=values, occurred_ms=now_ms, author=person.id), now_ms)

    def put(self, phone: Phone, alert: uuid.UUID, now_ms: int, *, life_ms: int = HOUR, **values: Any) -> uuid.UUID:
        """Queue one call about an alert to a phone."""
        row = {
            "alert": alert, "opening": 1, "step": "test", "what": "told", "level": 1, "device": phone.id, "staff": None,
            "role": None, "values": {"words": "needs_decision"}, "expires_ms": now_ms + life_ms, **values,
        }  # fmt: skip
        with self.app.app_context():
            writing(lambda c: outbox.put(c, self.home.id, [row], now_ms))
        return outbox.message_id(alert, row["opening"], row["step"], row["what"], phone.id)

    def open_alert(self, now_ms: int, resident: uuid.UUID | None = None) -> uuid.UUID:
        """An alert as the actor would open it, without a ladder behind it."""
        id_ = uuid.uuid4()
        fields = {
            "rule": "hydration.red_flag", "subject": str(resident or uuid.uuid4()), "severity": "urgent", "status": "open",
            "opening": 1, "opened_at": rfc3339(now_ms), "happened_at": rfc3339(now_ms),
        }  # fmt: skip
        self.write(intake.Statement(record=id_, id=id_, kind="alert", fields=fields, occurred_ms=now_ms), now_ms, "system")
        return id_
