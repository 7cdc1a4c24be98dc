"""What was ever saved, and what the server has said of it: the truth that the end of a schedule is held to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

import orjson

from server.records.tables import ledger, quarantine
from tests.sim.installation import Installation
from tests.sim.tablet import Entry

#: What must become of an entry: in the ledger; set aside; either (it depends on what came first); kept on the tablet.
ACCEPTED, ASIDE, STORED, WAITS = "accepted", "aside", "stored", "waits"
Key = tuple[str, str]


def key_of(entry: Entry) -> Key:
    """One entry among all that were ever saved: an id may be used twice, an id with its nonce never is."""
    return entry.id, str(entry.submission.get("nonce"))


@dataclass
class Saved:
    """One entry as it was saved."""

    entry: Entry
    device: UUID
    must: str
    author: str | None
    #: The server's last word that a tablet believed.
    word: str | None = None
    #: Gone with storage that was wiped or put back, or cut off by a restore while no tablet held it any more.
    may_be_gone: bool = False


class Book:
    """Every entry saved in a schedule."""

    def __init__(self, place: Installation):
        self.place = place
        self.saved: dict[Key, Saved] = {}
        #: (id, digest) -> entry: what a sealed row tells of itself.
        self._by_digest: dict[tuple[str, str | None], Key] = {}
        self.lies: list[str] = []

    def add(self, entry: Entry, device: UUID, must: str, author: str | None) -> None:
        self.saved[key_of(entry)] = Saved(entry, device, must, author)
        self._by_digest[entry.id, entry.digest] = key_of(entry)

    def key_of_row(self, said: dict) -> Key:
        """The entry that a row speaks of, also where the row is sealed and stays closed."""
        plain = str(said.get("id")), str(said.get("nonce"))
        return self._by_digest.get((plain[0], said.get("digest")), plain) if "sealed" in said else plain

    def word(self, entry: Entry, status: str) -> None:
        """A tablet, or a manager with its rescue file, has just believed the server's word: what was acknowledged must be there at this instant."""
        saved = self.saved[key_of(entry)]
        saved.word, saved.may_be_gone = status, False
        accepted, aside = self.stored(UUID(entry.id))
        there = key_of(entry) in (aside if status == "quarantined" else accepted)
        if not there:
            self.lies.append(f"{status} was said of number {entry.number} ({entry.id}), and it is not there")

    def stored(self, of: UUID | None = None) -> tuple[dict[Key, int], dict[Key, UUID]]:
        """(entries in the ledger by seq, entries set aside by device), of those that tablets made; with `of`, under that id."""
        accepted = {}
        for seq, text in self.place.rows(ledger, "seq", "submission", of=of):
            said = orjson.loads(text)
            accepted[said["id"].lower(), str(said.get("nonce"))] = seq
        aside = {}
        for device, body in self.place.rows(quarantine, "device", "body", of=of):
            said = read_kept(bytes(body))
            aside[self.key_of_row(said)] = device if isinstance(device, UUID) else UUID(bytes=device)
        return accepted, aside

    def lost(self, held: set[Key]) -> None:
        """Storage or server has just lost something: what neither holds now may be missing at the end."""
        accepted, aside = self.stored()
        for key, saved in self.saved.items():
            if key not in accepted and key not in aside and key not in held:
                saved.may_be_gone = True


def read_kept(body: bytes) -> dict:
    """What was set aside, also where it is no strict JSON."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
