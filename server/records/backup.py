"""One file that holds everything: every table with its keys, and what else lies in the data folder.

Made from one snapshot, so that it can be made while the server is serving. It is plain (a zip of JSON lines), the same for
both databases, and as secret as the database itself.
"""

from __future__ import annotations

import base64
import hashlib
import os
import uuid
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, LargeBinary, Table, delete, insert, inspect, select, update

from server.config import Config
from server.db import Id, db, writing
from server.people.tables import home as homes_table
from server.records.replaced import Replaced
from server.records.tables import counter, ledger

FORMAT = 1
MANIFEST = "manifest.json"
# Rows read, and written back, at once; of rows that hold a file, fewer.
CHUNK = 500
CHUNKS = {"letter": 10, "photo": 50}
#: Says what is running now and nothing about anybody: a backup leaves it out.
NOT_KEPT = frozenset({"tick"})


class Unfit(Exception):
    """A backup that cannot be restored; the argument is a key of `cli.restore`."""


def tables() -> list[Table]:
    """Every table that a backup holds, those that others refer to first."""
    return [table for table in db.metadata.sorted_tables if table.name not in NOT_KEPT]


def make(settings: Config, target: Path, *, now_ms: int) -> dict[str, Any]:
    """Write a backup and read it back. Returns its manifest. An existing file is replaced only by a whole one."""
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            sums = _files(archive, settings)
            with db.engine.for_snapshots.connect() as c:
                heads = [_head(c, row) for row in c.execute(select(counter)).all()]
                for table in tables():
                    sums[f"tables/{table.name}.jsonl"] = _table(archive, c, table)
            manifest = {"format": FORMAT, "made_ms": now_ms, "homes": heads, "sha256": sums}
            archive.writestr(MANIFEST, orjson.dumps(manifest))
            archive.close()
            raw.flush()
            os.fsync(raw.fileno())
        with zipfile.ZipFile(unfinished) as archive:
            check(archive)
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def _head(c: Connection, row: Any) -> dict[str, Any]:
    return {"home_id": row.home_id, "ledger": str(row.ledger), "seq": row.seq, "hash": bytes(row.hash).hex()}


def _files(archive: zipfile.ZipFile, settings: Config) -> dict[str, str]:
    """Keys and other small files of the data folder; the database comes as tables."""
    sums = {}
    for path in sorted(settings.data.rglob("*")):
        name = path.relative_to(settings.data).as_posix()
        if path.is_file() and not path.is_symlink() and ".sqlite" not in path.name and path.suffix != ".zip" and not path.name.startswith("."):
            content = path.read_bytes()
            archive.writestr(f"files/{name}", content)
            sums[f"files/{name}"] = hashlib.sha256(content).hexdigest()
    return sums


def _table(archive: zipfile.ZipFile, c: Connection, table: Table) -> str:
    total = hashlib.sha256()
    with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as out:
        names = [str(column.name) for column in table.columns]
        for row in c.execution_options(yield_per=CHUNKS.get(table.name, CHUNK)).execute(select(table)):
            line = orjson.dumps({name: _plain(value) for name, value in zip(names, row, strict=True)}) + b"\n"
            total.update(line)
            out.write(line)
    return total.hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    return str(value) if isinstance(value, uuid.UUID) else value


def _opened(source: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError) as error:
        raise Unfit("damaged") from error


def check(archive: zipfile.ZipFile) -> dict[str, Any]:
    """The manifest of a backup whose every part is whole. Raises Unfit."""
    try:
        manifest = orjson.loads(archive.read(MANIFEST))
        if manifest["format"] != FORMAT:
            raise Unfit("newer")
        for name, expected in manifest["sha256"].items():
            total = hashlib.sha256()
            with archive.open(name) as part:
                while chunk := part.read(1 << 20):
                    total.update(chunk)
            if total.hexdigest() != expected:
                raise Unfit("damaged")
    except (KeyError, ValueError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise Unfit("damaged") from error
    return manifest


def restore(settings: Config, source: Path, *, overwrite: bool, now_ms: int) -> dict[str, Any]:
    """Put everything back, in one transaction, on a database that has every table. The server must not be serving.

    Each home's ledger gets a new id from the next row on, so that tablets notice. What the replaced data knew of keys,
    ended access, PINs and tablets is kept (replaced.py). Returns the manifest, each home with `lost`: how many rows of what
    was replaced came after the backup, from tablets (which send again what they hold) and from pages and Tidemark (gone,
    `kinds` says how many of each); and with `carried`. Both are None where nothing of that home was replaced. Raises Unfit.
    """
    with _opened(source) as archive:
        manifest = check(archive)

        def work(c: Connection) -> None:
            if not overwrite and c.execute(select(counter.c.home_id)).first():
                raise Unfit("has_data")
            replaced = Replaced(c)
            lost = [replaced.after(c, head) for head in manifest["homes"]]
            for name in reversed([table.name for table in db.metadata.sorted_tables]):
                if inspect(c).has_table(name):
                    c.execute(delete(db.metadata.tables[name]))
            for table in tables():
                _fill(c, archive, table)
            # A backup from before two people confirmed plans does not know the rule: what it holds stands as it was written.
            c.execute(update(homes_table).where(homes_table.c.two_people_ms.is_(None)).values(two_people_ms=now_ms))
            carried = {home.home_id: replaced.carry_over(c, home, now_ms) for home in c.execute(select(counter)).all()}
            for head, gone in zip(manifest["homes"], lost, strict=True):
                head["lost"], head["carried"] = gone, carried[head["home_id"]]

        writing(work)
        for name in manifest["sha256"]:
            if name.startswith("files/"):
                _put_back(settings, name.removeprefix("files/"), archive.read(name))
    return manifest


def _fill(c: Connection, archive: zipfile.ZipFile, table: Table) -> None:
    name = f"tables/{table.name}.jsonl"
    if name not in archive.namelist():
        return
    with archive.open(name) as lines:
        for chunk in _chunks((line for line in lines), CHUNKS.get(table.name, CHUNK)):
            c.execute(insert(table), [_row(table, orjson.loads(line)) for line in chunk])


def _chunks(lines: Iterator[bytes], most: int = CHUNK) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == most:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _row(table: Table, said: dict[str, Any]) -> dict[str, Any]:
    made = {}
    for column in table.columns:
        value = said.get(column.name)
        if value is not None and isinstance(column.type, Id):
            value = uuid.UUID(value)
        elif value is not None and isinstance(column.type, LargeBinary):
            value = base64.b64decode(value)
        made[column.name] = value
    return made


def kept(source: Path) -> list[dict[str, Any]]:
    """Note that this whole backup is kept off this machine: tablets need not hold what it holds. The file is read back,
    and every row of it must be the live ledger's own. Returns `home_id` and `safe` of each home; `safe` never falls.

    Raises Unfit, and then notes nothing.
    """
    with _opened(source) as archive:
        manifest = check(archive)

        def work(c: Connection) -> list[dict[str, Any]]:
            found = _rows_alike(c, archive)
            for head in manifest["homes"]:
                if found.get(head["home_id"], 0) != head["seq"]:
                    raise Unfit("other_ledger")
                mine = counter.c.home_id == head["home_id"]
                rises = counter.c.safe.is_(None) | (counter.c.safe < head["seq"])
                c.execute(counter.update().where(mine & rises).values(safe=head["seq"]))
            homes = [head["home_id"] for head in manifest["homes"]]
            rows = c.execute(select(counter.c.home_id, counter.c.safe).where(counter.c.home_id.in_(homes)).order_by(counter.c.home_id))
            return [{"home_id": row.home_id, "safe": row.safe} for row in rows]

        return writing(work)


def _rows_alike(c: Connection, archive: zipfile.ZipFile) -> dict[int, int]:
    """How many ledger rows of each home the file holds. Raises Unfit for one that is not what stands here."""
    found: dict[int, int] = {}
    with archive.open("tables/ledger.jsonl") as lines:
        for chunk in _chunks(line for line in lines):
            by_home: dict[int, dict[int, dict]] = {}
            for line in chunk:
                row = _row(ledger, orjson.loads(line))
                by_home.setdefault(row["home_id"], {})[row["seq"]] = row
            for home_id, rows in by_home.items():
                stored = c.execute(select(ledger.c.seq, ledger.c.hash).where(ledger.c.home_id == home_id, ledger.c.seq.in_(rows)))
                here = {row.seq: bytes(row.hash) for row in stored}
                if not all(here.get(seq) == row["hash"] and _whole(row) for seq, row in rows.items()):
                    raise Unfit("other_ledger")
                found[home_id] = found.get(home_id, 0) + len(rows)
    return found


def _whole(row: dict[str, Any]) -> bool:
    """Whether a row's submission is what its digest says; one that was erased is."""
    return row["submission"] is None or hashlib.sha256(row["submission"].encode()).digest() == row["digest"]


def _put_back(settings: Config, name: str, content: bytes) -> None:
    target = (settings.data / name).resolve()
    if not target.is_relative_to(settings.data.resolve()):
        raise Unfit("damaged")
    target.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
