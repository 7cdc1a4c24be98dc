"""What `tidemark serve` says to the person who started it: the address, who can sign in, and the main path in five lines."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import Any

import click

from server.config import Config
from sync.messages import text

# Health is asked this often until it says yes; past the limit we say that it has not, and go on serving.
ASK_EVERY_S = 0.2
UP_WITHIN_S = 60.0
# Names shown for each home: enough to try every floor role; `tidemark demo` prints everyone.
NAMES_SHOWN = 5


def demo_people() -> dict[str, Any] | None:
    """Make the demo home if there is no data, and return who can sign in; None where the data is not the demo's."""
    made = subprocess.run([sys.executable, "-m", "server", "demo", "--json"], stdout=subprocess.PIPE)
    return json.loads(made.stdout) if made.returncode == 0 else None


def announce_when_up(config: Config, people: dict[str, Any] | None, stop: threading.Event) -> None:
    """Wait in the background until health says yes, then print the welcome."""
    threading.Thread(target=_announce, args=(config, people, stop), name="welcome", daemon=True).start()


def address(config: Config) -> str:
    """Where a browser on this machine finds Tidemark."""
    host = "127.0.0.1" if config.host in ("0.0.0.0", "::", "") else config.host
    return f"http://[{host}]:{config.port}/" if ":" in host else f"http://{host}:{config.port}/"


def welcome(base: str, people: dict[str, Any] | None) -> list[str]:
    """The lines to print. `people` is what `tidemark demo --json` prints (kinds.md)."""
    lines = [text("cli.serve.up", address=base)]
    if not people:
        return lines
    homes = {home["id"]: home["name"] for home in people["homes"]}
    lines += ["", text("cli.serve.managers", address=base)]
    for person in people["managers"]:
        lines.append(text("cli.serve.manager_line", **_words(person, homes)))
    lines += ["", text("cli.serve.staff")]
    for home in homes:
        for person in _one_of_each_role(home, people["staff"]):
            lines.append(text("cli.serve.staff_line", **_words(person, homes)))
    first = people["staff"][0]
    senior = next((p for p in people["staff"] if p["role"] == "senior_carer"), first)
    manager = min(people["managers"], key=lambda p: (p["home"] != senior["home"], p["role"] != "registered_manager"))
    lines += ["", text("cli.serve.path")]
    for number in range(1, 6):
        words = text(f"cli.serve.path_{number}", address=base, email=manager["email"], name=senior["name"], pin=senior["pin"])
        lines.append(f"  {number}. {words}")
    return lines


def _words(person: dict[str, Any], homes: dict[str, str]) -> dict[str, str]:
    return {**person, "home": homes[person["home"]], "role": text(f"kinds.roles.{person['role']}")}


def _one_of_each_role(home: str, staff: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_role: dict[str, dict[str, Any]] = {}
    for person in staff:
        if person["home"] == home:
            by_role.setdefault(person["role"], person)
    return list(by_role.values())[:NAMES_SHOWN]


def _announce(config: Config, people: dict[str, Any] | None, stop: threading.Event) -> None:
    base = address(config)
    give_up = time.monotonic() + UP_WITHIN_S
    while not stop.is_set() and not _healthy(base):
        if time.monotonic() > give_up:
            click.echo(text("cli.serve.not_up_yet", address=base, seconds=int(UP_WITHIN_S)), err=True)
            give_up = float("inf")
        stop.wait(ASK_EVERY_S)
    if not stop.is_set():
        click.echo("\n".join(welcome(base, people)))


def _healthy(base: str) -> bool:
    try:
        with urllib.request.urlopen(base + "api/v1/health", timeout=2) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False
