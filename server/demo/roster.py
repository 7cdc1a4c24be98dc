"""Who can sign in to the demo: what `tidemark demo` prints. Kept word for word, so that it prints the same for ever."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from server.demo.people import DemoHome
from sync.messages import text

# Columns of the printed table are this far apart.
GAP = 2


def roster_of(home: DemoHome) -> dict[str, Any]:
    """One home's part of the roster (kinds.md, *Commands that are fixed*)."""
    return {
        "homes": [{"id": str(home.id), "name": home.name}],
        "staff": [
            {"id": str(p.id), "home": str(home.id), "name": p.name, "role": p.role, "pin": p.pin} for p in home.staff if p.printed
        ],
        "managers": [
            {"id": str(p.id), "home": str(home.id), "email": p.email, "password": p.password, "role": p.role}
            for p in home.staff
            if p.printed and p.email
        ],
    }


def together(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The roster of all homes, in the order of the homes."""
    whole: dict[str, Any] = {"homes": [], "staff": [], "managers": []}
    for part in parts:
        for name, rows in whole.items():
            rows += part[name]
    return whole


def as_table(roster: dict[str, Any]) -> str:
    """The roster for people to read."""
    homes = {home["id"]: home["name"] for home in roster["homes"]}
    staff = [
        [homes[p["home"]], p["name"], text(f"kinds.roles.{p['role']}"), p["pin"]]
        for p in roster["staff"]
    ]  # fmt: skip
    managers = [[homes[m["home"]], m["email"], m["password"], text(f"kinds.roles.{m['role']}")] for m in roster["managers"]]
    blocks = [
        text("cli.demo.staff"),
        *_columns([_heads("home", "name", "role", "pin"), *staff]),
        "",
        text("cli.demo.managers"),
        *_columns([_heads("home", "email", "password", "role"), *managers]),
    ]
    return "\n".join(blocks)


def _heads(*names: str) -> list[str]:
    return [text(f"cli.demo.columns.{name}") for name in names]


def _columns(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["".join(cell.ljust(width + GAP) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
