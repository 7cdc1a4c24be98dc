"""What lies between a tablet and the server: it loses, repeats, holds back, cuts and falsifies.

A request is one call of `carry`. What the network holds back it may deliver at any later time and in any order: the tablet
has long given up by then, so nobody hears the answer.
"""

from __future__ import annotations

import random
from collections import Counter

from tests.sim.installation import Installation, Killed

PORTAL = b"<!doctype html><title>Welcome to guest Wi-Fi</title>"
FOREIGN = b'{"ok": true, "results": []}'
#: How large a body a proxy on the way lets through while it is in a mood.
SMALL = 2_500

#: Name of a fault and how often it strikes among faults.
FAULTS = {
    "drop": 4, "lost reply": 6, "duplicate": 4, "hold back": 4, "truncate request": 2, "truncate reply": 3,
    "captive portal": 3, "foreign json": 1, "status 400": 1, "status 403": 1, "status 404": 1, "status 500": 2, "status 502 after": 2, "too large": 3, "busy": 2,
    "slow": 2, "full disk": 1, "killed before commit": 2, "killed after commit": 2,
}  # fmt: skip

Reply = tuple[int, dict[str, str], bytes] | None


class Network:
    """`rate` is the share of requests that a fault strikes; 0 when the faults have stopped."""

    def __init__(self, place: Installation, draw: random.Random, seen: Counter[str]):
        self.place, self.draw, self.seen = place, draw, seen
        self.rate = 0.0
        self.held: list[tuple[str, bytes]] = []
        #: Every request that reached the server, as it came: the traffic to replay.
        self.traffic: dict[tuple[str, bytes], None] = {}

    def carry(self, token: str, body: bytes) -> Reply:
        """What the tablet hears: the answer, or None."""
        fault = None
        if self.draw.random() < self.rate:
            fault = self.draw.choices(list(FAULTS), list(FAULTS.values()))[0]
            self.seen[fault] += 1
        return self._struck(fault, token, body)

    def release(self) -> None:
        """One request that was held back arrives after all."""
        if self.held:
            token, body = self.held.pop(self.draw.randrange(len(self.held)))
            self._ask(token, body)

    def _struck(self, fault: str | None, token: str, body: bytes) -> Reply:
        match fault:
            case None:
                return self._ask(token, body)
            case "drop":
                return None
            case "lost reply":
                self._ask(token, body)
                return None
            case "duplicate":
                self.held += [(token, body)] * self.draw.randint(1, 2)
                return self._ask(token, body)
            case "hold back":
                self.held.append((token, body))
                return None
            case "truncate request":
                return self._ask(token, body[: self.draw.randrange(len(body))])
            case "truncate reply":
                answer = self._ask(token, body)
                return answer and (answer[0], answer[1], answer[2][: len(answer[2]) // 2])
            case "captive portal":
                return 200, {"Content-Type": "text/html"}, PORTAL
            case "foreign json":
                return 200, {}, FOREIGN
            case "status 502 after":
                self._ask(token, body)
                return 502, {}, b"<h1>Bad Gateway</h1>"
            case "too large":
                return (413, {}, b"<h1>Too Large</h1>") if len(body) > SMALL else self._ask(token, body)
            case "busy":
                return 503, {"Retry-After": str(self.draw.choice((1, 30, 600)))}, b"later"
            case "slow":
                answer = self._ask(token, body)
                self.place.now_ms += self.draw.randint(1_000, 25_000)
                return answer
            case "full disk":
                self.place.full_disk(True)
                answer = self._ask(token, body)
                self.place.full_disk(False)
                return answer
            case "killed before commit":
                self.place.die_at_commit = True
                answer = self._ask(token, body)
                self.place.die_at_commit = False
                return answer
            case "killed after commit":
                self._ask(token, body)
                self.place.restart()
                return None
        return int(fault.split()[1]), {}, b"<h1>No</h1>"

    def _ask(self, token: str, body: bytes) -> Reply:
        self.traffic[token, body] = None
        try:
            return self.place.post(token, body)
        except Killed:
            self.place.restart()
            return None
