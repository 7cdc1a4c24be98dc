"""A photographed letter or other file: the file itself lies elsewhere, named by its SHA-256."""

from __future__ import annotations

from sync.fields import Text, Whole, schema_of
from sync.kinds import NEVER, Kind

FIELDS = schema_of("attachment", {"about": Text(), "sha256": Text(), "size": Whole(), "type": Text()})

KIND = Kind(name="attachment", fields=FIELDS, holds=NEVER, subject="about")
