"""The evidence pack as files: CSV and a workbook. Each is made from the same tables, and from the same tables the same bytes."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import xlsxwriter

from server.pages.pack_tables import Table
from server.pages.sheets import as_csv, safe
from server.pages.words import say

#: Lists every file with its SHA-256, in the form that `sha256sum --check` reads.
SUMS = "SHA256SUMS"
#: A file in an archive carries no time of its own: it would change the archive and say nothing.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Csv:
    """Every table as CSV, their sums, and the checksum of them all: the SHA-256 of the list of sums."""

    files: dict[str, bytes]
    sums: bytes

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sums).hexdigest()


def csv_of(tables: Iterable[Table]) -> Csv:
    """One file a table. Who made the pack and when stands in none of them: the same evidence has the same checksum."""
    files = {f"{table.name}.csv": as_csv(table.columns, table.rows).encode() for table in tables}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()).encode()
    return Csv(files, sums)


def archive(files: dict[str, bytes]) -> bytes:
    """A zip of these files, in this order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in files.items():
            made.writestr(zipfile.ZipInfo(name, _NO_TIME), content, zipfile.ZIP_DEFLATED, 6)
    return out.getvalue()


def workbook(cover: Sequence[tuple[str, str]], tables: Iterable[Table]) -> bytes:
    """A sheet a table, after the cover. Text is written as text, whatever it looks like."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True})
        _sheet(book, say("pack.cover"), ("", ""), cover, bold)
        for table in tables:
            heads = [say(f"pack.columns.{column}") for column in table.columns]
            _sheet(book, say(f"pack.tables.{table.name}.title"), heads, table.rows, bold)
    return out.getvalue()


def _sheet(book: xlsxwriter.Workbook, title: str, heads: Sequence[str], rows: Iterable[Sequence], bold) -> None:
    sheet = book.add_worksheet(title[:31])
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(0, len(heads) - 1), 18)
    for at, head in enumerate(heads):
        sheet.write_string(0, at, head, bold)
    for n, row in enumerate(rows, 1):
        for at, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(n, at, cell)
            elif cell:
                sheet.write_string(n, at, str(safe(cell)))
