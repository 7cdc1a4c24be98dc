"""Photos for tests: a made-up face, and a resident who has one.

    digest, content = photograph(tidemark, home, "Joan")     # as a manager's page does; the small square that is kept
"""

from __future__ import annotations

import io
import uuid
from typing import Any

from PIL import Image, ImageDraw

from server import clock
from server.db import reading
from server.improvement import filing
from server.people import store as people
from server.records import photos, store
from tests.harness.processes import Installation
from tests.harness.warm import within


def face(colour: tuple[int, int, int] = (150, 90, 60), size: tuple[int, int] = (600, 800)) -> bytes:
    """A drawing of somebody, as the JPEG of a camera."""
    width, height = size
    drawn = Image.new("RGB", size, (180, 205, 215))
    draw = ImageDraw.Draw(drawn)
    draw.ellipse((width * 0.1, height * 0.62, width * 0.9, height * 1.3), fill=(70, 85, 120))
    draw.ellipse((width * 0.25, height * 0.12, width * 0.75, height * 0.68), fill=colour)
    for across in (0.4, 0.6):
        draw.ellipse((width * across - 20, height * 0.36 - 20, width * across + 20, height * 0.36 + 20), fill=(30, 30, 30))
    draw.arc((width * 0.4, height * 0.42, width * 0.6, height * 0.56), 20, 160, fill=(30, 30, 30), width=12)
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=90)
    return out.getvalue()


def photograph(tidemark: Installation, home: dict[str, Any], name: str, colour: tuple[int, int, int] = (150, 90, 60)) -> tuple[str, bytes]:
    """Let a resident have a photo; its digest, and the small square that is kept of it."""
    by = home["staff"]["Sue Hart"]["id"]
    return within(tidemark.environment, _photograph, home["id"], home["residents"][name], by, face(colour))


def _photograph(home: str, resident: str, by: str, file: bytes) -> tuple[str, bytes]:
    home_id, now = people.home_by_uuid(uuid.UUID(home)).id, clock.now_ms()
    digest = photos.keep(home_id, file, now_ms=now)
    with reading() as c:
        row, content = store.record(c, home_id, uuid.UUID(resident)), photos.one(c, home_id, digest)
    said = {"photo": digest, "photo_basis": "consent", "photo_agreed_with": "Joan Vane", "photo_agreed_on": "2026-01-05"}
    filing.write(home_id, [filing.later(row, said, uuid.UUID(by), now)], now)
    return digest, content
