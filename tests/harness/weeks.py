"""A small home lived day by day: tablets queue and send, the escalator and its calendar come round, leads fill in the plan's forms.

One clock is set forward by argument, and nothing sleeps. Everything that is said goes in by the two doors that people use: the sync
endpoint, and the forms of the pages.

    life = Weeks(house, clock_file)
    edith = life.lives_here("Edith Vane")
    life.go(0, 8)                          # eight in the morning of the first day
    life.floor.says("hydration_check", {...})
    life.floor.send()
    life.close_day(0)
    page = life.nina.open("/plan")
"""

from __future__ import annotations

import html
import re
import time as machine
import uuid
from collections.abc import Mapping
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from server import clock
from server.alerts import duties, follow
from server.improvement import figuring, plan, triggering
from server.people import store as people
from server.records import sampling
from sync import days
from tests.harness.apps import Home, House, Person, Tablet, rfc3339
from tests.harness.sealing import Session
from tests.harness.visitor import Page, Visitor

#: A Monday in winter: no clock changes in the ten weeks after it.
FIRST = date(2026, 1, 5)
#: An unlock lasts three days; the pages' session less than one.
UNLOCK_MS, SESSION_MS = 48 * 3_600_000, 12 * 3_600_000
UNIT = "Willow"
#: The days of a week after which the calendar comes round.
CALENDAR = (3, 6)


class Hand:
    """A person at a tablet of their own: says things, which wait on the tablet, and sends them as one batch."""

    def __init__(self, home: Home, name: str, roles: list[str], *, seals: bool = False):
        self.home, self.person = home, home.staff(name, roles)
        self.tablet: Tablet = home.tablet(f"{name}'s tablet")
        self.seals, self.queue = seals, []
        self.alerts: dict[str, dict[str, Any]] = {}
        self.samples: dict[str, dict[str, Any]] = {}
        self._unlocked_ms = 0
        self.session: Session | None = None
        self.keys: dict[str, str] = {}

    def says(self, kind: str, fields: Mapping[str, Any], *, record: str | None = None, parents: tuple[str, ...] = (), occurred_ms: int | None = None) -> str:
        """An entry, saved now; what it tells of happened a moment before unless said otherwise. Returns the submission's id."""
        now = clock.now_ms()
        self._unlocks(now)
        more = {"record": record, "parents": list(parents)} if record else {}
        made = self.tablet.statement(kind, dict(fields), occurred_at=rfc3339(occurred_ms or now - 5_000), **more)
        self.queue.append(self.session.seal(made) if self.session else made)
        return made["id"]

    def _unlocks(self, now_ms: int) -> None:
        """Unlock the tablet again before the last time has run out. What was sealed before keeps its key until it is sent."""
        if now_ms - self._unlocked_ms <= UNLOCK_MS:
            return
        answer = self.tablet.unlock(self.person)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        self._unlocked_ms = now_ms
        self.session = Session(answer.json["home_key"], self.tablet.id) if self.seals else None
        self.keys |= self.session.keys if self.session else {}

    def send(self) -> None:
        """One round trip with all that waits; whatever the server has to tell of alerts and drawn shifts is known afterwards."""
        self._unlocks(clock.now_ms())
        body = self.tablet.sync(self.queue, **({"keys": self.keys} if self.keys else {}))
        self.keys = self.session.keys if self.session else {}
        assert {each["status"] for each in body["results"]} <= {"accepted"}, body["results"]
        self.queue = []
        while True:
            for change in body["changes"]:
                if change["kind"] == "alert":
                    self.alerts[change["record"]] = {**change["fields"], "heads": change["heads"]}
                if change["kind"] == "shift_sample":
                    self.samples[change["record"]] = change["fields"]
            if not body["more"]:
                return
            body = self.tablet.sync()


class Weeks:
    """Larkfield, from `FIRST` on."""

    def __init__(self, house: House, clock_file: Path):
        self.clock_file = clock_file
        self.go(-1, 9)
        self.home = home = house.home()
        home.sql(f"UPDATE home SET started_on = '{(FIRST - timedelta(days=1)).isoformat()}'")
        self.floor = Hand(home, "Ama Mensah", ["senior_carer", "key_worker"])
        self.office = Hand(home, "Cara Bell", ["care_coordinator", "rota_coordinator", "duty_manager"])
        self.nina = Visitor.manager(home, ["nutrition_lead"], "Nina Cole", sign_in=False)
        self.cole = Visitor.manager(home, ["care_coordinator"], "Cole Hay", sign_in=False)
        self.dan = Visitor.manager(home, ["deputy_manager"], "Dan Frost", sign_in=False)
        self.sue = Visitor.manager(home, ["registered_manager"], "Sue Hart", sign_in=False)
        self._signed_in: dict[str, int] = {}
        self._only_lists()

    def _only_lists(self) -> None:
        """The managers agree that alerts are listed and call nobody for now: nobody here carries a phone."""
        self.at(self.nina).send("/thresholds/alerts.watch_days", value="60", reason="No phones yet: the list is read at each handover")
        asked = next(row["submission"]["record"] for row in reversed(self.home.rows()) if row["submission"]["kind"] == "threshold")
        assert "Approved." in self.at(self.sue).send(f"/thresholds/{asked}/approve", form_at="/thresholds").text

    # ---- time ----

    def ms(self, day: int, hour: float) -> int:
        """An instant on the home's clock: `hour` of the day that many days after the first."""
        minutes = round(hour * 60)
        on = FIRST + timedelta(days=day + minutes // 1440)
        return days.to_ms(days.local(on, time(minutes % 1440 // 60, minutes % 60)))

    def go(self, day: int, hour: float) -> None:
        """Set the server's clock, and everybody's."""
        self.clock_file.write_text(str(self.ms(day, hour) - machine.time_ns() // 1_000_000))

    def look(self) -> None:
        """A round of the escalator."""
        now = clock.now_ms()
        with self.home.house.app.app_context():
            while follow.follow(self.home.id, now):
                pass
            while follow.fire(self.home.id, lambda: now).more:
                pass

    def calendar(self) -> None:
        """A round of the escalator's calendar: the draw, the duties, the figures, what slid, what the records trigger."""
        now = clock.now_ms()
        with self.home.house.app.app_context():
            row = people.home(self.home.id)
            sampling.draw_due(row, now)
            duties.keep(row, now)
            figuring.keep(row, now)
            plan.reopen_slid(row, now)
            triggering.look(row, now)

    def draw(self) -> None:
        """Of the calendar, the draw of a shift alone."""
        with self.home.house.app.app_context():
            sampling.draw_due(people.home(self.home.id), clock.now_ms())

    def close_day(self, day: int) -> None:
        """The morning after, when the day's figures can be told. The calendar, which comes round each minute, does here twice a week."""
        self.go(day + 1, 9.25)
        self.look()
        if day % 7 in CALENDAR:
            self.calendar()

    # ---- who lives here ----

    def lives_here(self, name: str, **plan: Any) -> str:
        """A person at risk, on monitoring from the first day."""
        person = self.floor.says("resident", {"preferred_name": name, "unit": UNIT, "room": str(len(name)), "sex": "female"})
        since = rfc3339(self.ms(0, 7))
        fields = {"resident": person, "monitoring": True, "monitoring_reason": "Low intake", "monitored_from": since, "at_risk": True, "target_ml": 1500, **plan}
        written = self.floor.says("hydration_plan", fields)
        self.floor.send()
        # The duty manager reads it and confirms: one person's word alone would be a matter the day after.
        self.office.says("hydration_plan", {"confirms": [written]}, record=written, parents=(written,))
        self.office.send()
        return person

    # ---- at the pages ----

    def at(self, who: Visitor) -> Visitor:
        """The visitor, signed in: nobody stays signed in over night."""
        now = clock.now_ms()
        if now - self._signed_in.get(who.email, 0) > SESSION_MS:
            who.client.get("/sign-in", base_url=who.base)
            assert who.sign_in().status == 200
            self._signed_in[who.email] = now
        return who

    def starts(self, who: Visitor, example: str, owner: Person, **changed: Any) -> str:
        """An action from one of the article's examples, sent as its form was filled in; returns its address."""
        at = f"/plan/new?start={example}"
        said = {**filled(self.at(who).open(at)), "owner": str(owner.id), "baseline_numerator": "13", "baseline_denominator": "20",
                "baseline_period": "1 to 14 December", "baseline_source": f"{who.person.name}, 20 charts drawn at random"}  # fmt: skip
        page = who.send("/plan/new", form_at=at, **{**said, **changed})
        assert page.status == 200 and "The action is in the plan." in page.text, page.text[:900]
        return page.path

    def reviews(self, who: Visitor, action: str, decision: str, strengths: Mapping[str, str] | str, **more: str) -> Page:
        """A review in which the evidence was weighed: all of it alike, or each by its words."""
        form = self.at(who).open(f"{action}/review")
        today = date.fromisoformat(rfc3339(clock.now_ms())[:10])
        said = {"seen": filled(form)["seen"], "decision": decision, "next_review_on": (today + timedelta(days=7)).isoformat(),
                "check_on": (today + timedelta(weeks=6)).isoformat()}  # fmt: skip
        named = dict(zip(re.findall(r'name="strength-([^"]+)"', form.html), self.evidence(action), strict=True))
        for id_, words in named.items():
            if strength := strengths if isinstance(strengths, str) else strengths.get(words, ""):
                said |= {f"strength-{id_}": strength, f"where-{id_}": "Governance file, this week", f"as_of-{id_}": today.isoformat()}
        return who.send(f"{action}/review", form_at=f"{action}/review", **{**said, **more})

    def evidence(self, action: str) -> list[str]:
        """The words of the evidence that an action named at its start."""
        return [each["what"] for each in self.record(action)["evidence_required"]]

    def audits(self, who: Visitor, name: str, no: Mapping[str, str] | None = None) -> Page:
        """This week's audit, drawn and answered: yes to whatever is asked, but for the questions of `no` and what was seen."""
        today = date.fromisoformat(rfc3339(clock.now_ms())[:10])
        monday = today - timedelta(days=today.weekday())
        form = self.at(who).send(f"/audits/{name}/{monday.isoformat()}/draw", form_at="/audits")
        said = {"seen": filled(form)["seen"], **dict.fromkeys(re.findall(r'name="(answer-[^"]+)"', form.html), "yes")}
        for question, words in (no or {}).items():
            ticks = re.findall(rf'name="miss-{question}" type="checkbox" value="([^"]+)"', form.html)
            if ticks:
                said |= {f"answer-{question}": "no", f"words-{question}": words, f"miss-{question}": ticks[0]}
        page = who.send(form.path, **said)
        assert page.status == 200 and "The audit is saved." in page.text, page.text[:900]
        return page

    def files(self, who: Visitor, path: str, **said: str) -> Page:
        """A form of what is filed by hand; it happened an hour ago."""
        when = {name: rfc3339(clock.now_ms() - 3_600_000)[:16] for name in ("occurred_at",)}
        page = self.at(who).send(f"{path}/new", **{**when, **said})
        assert page.status == 200 and "It is in the record." in page.text, page.text[:900]
        return page

    def inspector(self) -> Visitor:
        """Somebody who was let in to read, by a link that the registered manager made."""
        today = date.fromisoformat(rfc3339(clock.now_ms())[:10])
        page = self.at(self.sue).send("/guests/add", who_for="CQC inspector", until_day=(today + timedelta(days=1)).isoformat(), until_time="17:00")
        guest = Visitor(self.home.house, self.home)
        assert guest.send(re.search(r"/guest/[\w-]+", page.marked("guest-link")).group()).path == "/plan"
        return guest

    # ---- what stands ----

    def record(self, where: str) -> dict[str, Any]:
        """The values of a record by its id, or by the address of its page."""
        return self.home.record(uuid.UUID(where.rsplit("/", 1)[-1]))["fields"]

    def actions(self, measure: str) -> list[str]:
        """The addresses of the actions that were ever bound to a measure."""
        made = (row["submission"] for row in self.home.rows())
        return [f"/plan/{each['record']}" for each in made if each["kind"] == "improvement_action" and measure in (each["fields"].get("measures") or ())]

    def figure(self, who: Visitor, action: str, measure: str) -> tuple[int, int]:
        """(met, due) over the last weeks, as the action's page tells it."""
        page = self.at(who).open(action)
        told = page.html.partition(f'data-testid="figure-{measure}"')[2]
        found = re.search(r"(\d+) of (\d+) \(\d+%\)", told)
        assert found, page.text
        return int(found[1]), int(found[2])


def filled(page: Page) -> dict[str, str]:
    """What a form's fields hold as it is shown, as a browser would send it; several of one name as the last one."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", page.html):
        name, value = (re.search(rf'\b{each}="([^"]*)"', tag) for each in ("name", "value"))
        kind = re.search(r'\btype="([^"]*)"', tag)
        if name is None or (kind and kind[1] in ("checkbox", "radio") and "checked" not in tag):
            continue
        _put(found, name[1], unquoted(value[1]) if value else "")
    for name, inside in re.findall(r'(?s)<select[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', page.html):
        chosen = re.search(r'<option value="([^"]*)"[^>]*selected', inside)
        _put(found, name, unquoted(chosen[1]) if chosen else "")
    for name, inside in re.findall(r'(?s)<textarea[^>]*\bname="([^"]+)"[^>]*>(.*?)</textarea>', page.html):
        _put(found, name, unquoted(inside).strip())
    found.pop("csrf_token", None)
    return found


def _put(found: dict[str, Any], name: str, value: str) -> None:
    """Ticked boxes of one name are sent as several values."""
    found[name] = value if name not in found else [*(found[name] if isinstance(found[name], list) else [found[name]]), value]


def unquoted(text: str) -> str:
    return html.unescape(text)
