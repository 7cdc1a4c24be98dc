"""Reading an id: the same text is read several times on its way into the ledger, and made into a UUID once."""

from __future__ import annotations

import uuid
from functools import lru_cache

#: `uuid.UUID(text)`, remembered. Raises ValueError for what is no id.
read = lru_cache(maxsize=16_384)(uuid.UUID)


def perhaps(text: object) -> uuid.UUID | None:
    """The id that a text is; None where it is none: what a record is about may be plain words."""
    try:
        return read(text) if isinstance(text, str) else None
    except ValueError:
        return None


#: `uuid.UUID` of 16 bytes, remembered: the same people, records and devices are read again and again.
of_bytes = lru_cache(maxsize=65_536)(lambda octets: uuid.UUID(bytes=octets))
