"""What commands share: an application with its database up to date, and output as a table or as JSON and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click
import orjson

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")


def show(found: Any, as_json: bool) -> None:
    """Print an object or a list of objects."""
    if as_json:
        click.echo(orjson.dumps(found).decode())
        return
    rows = [found] if isinstance(found, Mapping) else list(found)
    for line in table(rows):
        click.echo(line)


def table(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Rows as aligned text under their names."""
    rows = list(rows)
    if not rows:
        return []
    names = list(rows[0])
    cells = [names, *[[_cell(row.get(name)) for name in names] for row in rows]]
    widths = [max(len(line[at]) for line in cells) for at in range(len(names))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]


def _cell(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(str(each) for each in value)
    return "" if value is None else str(value)


def fail(sentence: str) -> None:
    """End with a sentence on standard error and status 1."""
    click.echo(sentence, err=True)
    sys.exit(1)
