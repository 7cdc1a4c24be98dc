"""The evidence pack in words: its cover, its checksums, and the document that the page, the HTML file and the PDF share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import render_template

from server.improvement.pack import Pack
from server.pages import hours_view, pack_charts, pack_files
from server.pages.pack_tables import Table
from server.pages.words import code, say, when
from server.pages.words import day as day_words

_STYLE = Path(__file__).with_name("pack.css")
#: How a drawing looks on paper: one ink, and nothing told by colour.
_INK = Path(__file__).with_name("pack_chart.css")
#: Columns whose cells are numbers to compare; they stand to the right.
_NUMBERS = frozenset({
    "baseline_n", "baseline_of", "numerator", "denominator", "percent", "target_percent", "days", "in_the_end", "percent_in_the_end", "missed", "left_out",
    "days_changed", "first_numerator", "first_denominator", "changed_rows", "n", "entries", "struck", "changed", "late", "drunk_ml", "sampled", "answers",
    "met", "looked_at", "waited", "unmet", "incidents",
})  # fmt: skip
#: How wide a column is on paper beside others. Widths that a PDF had to find out by itself would cost three quarters of its time.
_NARROW, _USUAL, _WIDE = 3, 4, 8
_WIDE_COLUMNS = frozenset({"gap", "says", "who", "words", "what", "seal", "why", "sources"})


@dataclass(frozen=True)
class Maker:
    """Who made the pack, as its cover says it, and whether people stand in it by their initials."""

    words: str
    initials: bool


@dataclass(frozen=True)
class Document:
    """A pack ready to be written in any format."""

    pack: Pack
    tables: list[Table]
    maker: Maker

    @cached_property
    def csv(self) -> pack_files.Csv:
        return pack_files.csv_of(self.tables)

    def cover(self) -> list[tuple[str, str]]:
        """Line by line: what this is, of which days, made when and by whom, and what proves it."""
        pack, zone = self.pack, self.pack.home.zone
        lines = [
            ("home", pack.home.name),
            ("period", say("measures.period", start=day_words(pack.first), end=day_words(pack.last))),
            ("made", when(pack.now_ms, zone)),
            ("made_by", self.maker.words),
            ("people", say("pack.initials") if self.maker.initials else say("pack.full_names")),
            ("ledger", str(pack.head.ledger)),
            ("head", f"{pack.head.seq}:{pack.head.hash.hex()}"),
            ("drawn", say("pack.drawn_of", n=len(pack.drawn), of=f"{len(pack.entries):,}")),
            ("systems", _systems(pack.systems)),
            ("checksum", self.csv.checksum),
        ]
        return [(say(f"pack.cover_lines.{name}"), words) for name, words in lines]

    def view(self) -> dict[str, Any]:
        """What the template `pages/_pack.html` reads."""
        charts = pack_charts.charts(self.pack)
        hours = self.pack.by_hour
        bars = {"by_hour": hours_view.bars(hours.hours())} if hours.looks or hours.incidents else {}
        being_checked = self.pack.waiting + sum(bool(row.body.get("conflicts")) for row in self.pack.entries)
        return {
            "cover": self.cover(),
            "tables": [_table(table, self.pack.number("plan.judged_days")) | {"charts": charts.get(table.name, []), "bars": bars.get(table.name, [])}
                       for table in self.tables if table.shown],
            "ink": _INK.read_text(),
            "apart": [say(f"pack.tables.{table.name}.title") for table in self.tables if not table.shown],
            "sums": [line.split("  ") for line in self.csv.sums.decode().splitlines()],
            "being_checked": being_checked,
            "empty": not self.pack.entries and not self.pack.actions and not any(self.pack.days.values()),
        }

    def html(self) -> str:
        """The pack as one file that needs no other."""
        return render_template("pages/pack_document.html", pack=self.view(), style=_STYLE.read_text())

    def name(self) -> str:
        """What its files are called: days, and nobody's name."""
        return f"evidence-pack-{self.pack.first.isoformat()}-to-{self.pack.last.isoformat()}"


def _systems(elsewhere: dict[str, str]) -> str:
    """Which system is the record of what: a reader must not take silence here for nothing done there."""
    named = [say("pack.elsewhere", what=code("kinds", of), system=system) for of, system in elsewhere.items()]
    return "; ".join([*named, say("pack.rest_here")]) if named else say("pack.all_here")


def _table(table: Table, judged: int) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": say(f"pack.tables.{table.name}.title"),
        "says": say(f"pack.tables.{table.name}.says", days=judged),
        "none": say(f"pack.tables.{table.name}.none"),
        "heads": [
            {"words": say(f"pack.columns.{column}"), "number": column in _NUMBERS, "width": width}
            for column, width in zip(table.columns, _widths(table.columns), strict=True)
        ],
        "rows": [[{"words": "" if cell is None else str(cell), "number": column in _NUMBERS} for cell, column in zip(row, table.columns, strict=True)]
                 for row in table.rows],
    }  # fmt: skip


def _widths(columns: tuple[str, ...]) -> list[int]:
    """Each column's share of the paper, in whole percent."""
    shares = [_WIDE if column in _WIDE_COLUMNS else _NARROW if column in _NUMBERS | {"row", "action", "audit", "entry", "person", "by"} else _USUAL for column in columns]
    return [100 * share // sum(shares) for share in shares]
