"""What was seen of one tablet: every commit of its database, every state that its rows ever showed, every answer that reached it.

The page's half is witness.js; the network's is `TellingProxy`. A row that said *Saved on this tablet* of an entry that no
transaction had committed, or *Sent* before the server's yes had come past the proxy, is a lie, however short it lasted.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession

from tests.harness.browser import Tablet
from tests.harness.hands import SAVED, SENT
from tests.harness.processes import until
from tests.harness.proxy import Answer
from tests.harness.scripted import ScriptedProxy

SCRIPT = (Path(__file__).parent / "witness.js").read_text()
SYNC = "/api/v1/sync"
WORKER = "/app/sw.js"
STUCK = "/stuck"
#: The browser rounds its clock.
CLOCKS_AGREE_MS = 5.0
#: ux.md: the header's number is the queue's within this.
HEADER_WITHIN_MS = 1_000


class TellingProxy(ScriptedProxy):
    """A scripted proxy that remembers to what the server itself has said yes."""

    def __init__(self, upstream: str):
        super().__init__(upstream)
        #: entry -> when the server's first yes came past, in ms of the wall clock
        self.yes: dict[str, float] = {}
        self._version = 0
        #: A page stands at a step of its queue; cleared by whoever kills it.
        self.stuck = threading.Event()
        self._ended = threading.Event()

    def stop(self) -> None:
        self._ended.set()
        super().stop()

    def new_version(self) -> None:
        """From now on the server has a newer app: its worker differs by a comment."""
        self._version += 1

    def _carry(self, request: BaseHTTPRequestHandler) -> None:
        if request.path == STUCK:
            self.stuck.set()
            self._ended.wait()
        super()._carry(request)

    def _ask(self, request: BaseHTTPRequestHandler, body: bytes) -> Answer:
        if request.path == WORKER:
            del request.headers["Accept-Encoding"]  # a comment is added to it: it comes unsqueezed
        answer = super()._ask(request, body)
        if request.path == WORKER and answer.status == 200:
            # Without the old version's tag, so that the browser reads it whole each time.
            gone = ("etag", "last-modified", "content-length")
            kept = [(name, value) for name, value in answer.headers if name.lower() not in gone]
            return Answer(200, kept, answer.body + f"\n// {self._version}".encode())
        if request.path == SYNC and answer.status == 200 and not answer.reset:
            now = time.time() * 1000
            for result in json.loads(answer.body)["results"]:
                if result["status"] in ("accepted", "duplicate"):
                    self.yes.setdefault(result["id"], now)
        return answer


class Witness:
    """Listens to the pages of a tablet, one after the other."""

    def __init__(self, tablet: Tablet, proxy: TellingProxy):
        self.tablet, self.proxy = tablet, proxy
        #: entry -> its number, for all that the tablet's database has committed
        self.committed: dict[str, int] = {}
        self.held: set[str] = set()
        self.waiting = 0
        #: Taps that should have saved and did not say so within their time.
        self.not_saved: list[dict[str, Any]] = []
        self._lies: list[str] = []
        self.false_saved = self.false_sent = self.instants = 0
        self.header_late = 0
        self.header_slowest_ms = 0
        #: What the page told since it was last asked to do something.
        self.told: dict[str, dict[str, Any]] = {}
        self.unsaved: list[dict[str, Any]] = []
        #: Called with each newly committed entry: (id, number)
        self.on_commit: Callable[[str, int], None] = lambda _id, _number: None
        self.session: CDPSession
        tablet.add_init_script(SCRIPT)
        self.attach()

    def attach(self) -> None:
        """Listen to the tablet's page as it is now; to be called before it goes anywhere."""
        self.session = self.tablet.session()
        self.session.send("Runtime.enable")
        self.session.send("Runtime.addBinding", {"name": "stormNote"})
        self.session.on("Runtime.bindingCalled", lambda event: self._take(json.loads(event["payload"])))

    def wait(self, ask: Callable[[], Any], *, within_s: float, what: str) -> Any:
        """Until `ask` says yes, while notes keep coming in."""

        def asked() -> Any:
            self.tablet.page.wait_for_timeout(5)
            return ask()

        return until(asked, within_s=within_s, what=what, every_s=0)

    def _take(self, note: dict[str, Any]) -> None:
        match note["what"]:
            case "committed":
                if note["id"] not in self.committed:
                    self.committed[note["id"]] = note["number"]
                    self.on_commit(note["id"], note["number"])
            case "held":
                self.held.update(note["ids"])
            case "queue":
                self.waiting = note["size"]
            case "shown":
                self._judge(note)
            case "header":
                self.header_slowest_ms = max(self.header_slowest_ms, note["late_ms"])
                self.header_late += note["late_ms"] > HEADER_WITHIN_MS
            case "unsaved":
                self.unsaved.append(note)
            case what:
                self.told[what] = note

    @property
    def lies(self) -> list[str]:
        """What was said that was not so, or not said; of a silent tap, whether its row was gone and what was committed of it later."""
        return self._lies + [f"not saved: {note}, committed later: {self._committed_of(note)}" for note in self.not_saved]

    def _committed_of(self, note: dict[str, Any]) -> list[str]:
        made = {entry: int(entry.replace("-", "")[:12], 16) for entry in self.committed}
        return [entry for entry, ms in made.items() if note["since"] <= ms <= note["until"]]

    def _judge(self, note: dict[str, Any]) -> None:
        """One instant of one row against the database and the network."""
        entry, state = note["record"], note["state"]
        self.instants += 1
        if state == SAVED and entry not in self.committed and entry not in self.held:
            self.false_saved += 1
            self._lies.append(f"{entry} was called saved before it was committed")
        if state == SENT and self.proxy.yes.get(entry, float("inf")) > note["at"] + CLOCKS_AGREE_MS:
            self.false_sent += 1
            self._lies.append(f"{entry} was called sent before the server had said yes: {note['at']} < {self.proxy.yes.get(entry)}")
