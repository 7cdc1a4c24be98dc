"""A photo as it was taken, made into the small square that stands beside a name: upright, and nothing of the camera's in it.

A camera writes into its file where and when it was taken, on which phone, and often the whole picture once more. None of that is
kept: the square is drawn anew from the colours alone.
"""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from server.problems import Problem

#: What a phone or a computer makes; recognised by the content, whatever the file calls itself.
FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 12_000_000
#: Before anything is unpacked: a small file can hold a picture that fills the machine's memory.
MOST_PIXELS = 50_000_000
#: A smaller picture tells nobody apart.
LEAST_PX = 100
#: Both sides of the square. Shown at 44 to 72 px, it is sharp on a screen of twice as many dots.
SIDE_PX = 160
QUALITY = 85
#: A face stands in the upper part of an upright picture: so much of what is cut off is cut from the top.
FROM_THE_TOP = 0.35
TYPE = "image/jpeg"
#: Behind a picture without a ground of its own.
WHITE = (255, 255, 255)


def square(file: bytes) -> bytes:
    """The small square of a photo, as JPEG. Raises Problem: photo_large, photo_type, photo_small."""
    if len(file) > MOST_BYTES:
        raise Problem("photo_large")
    try:
        with Image.open(io.BytesIO(file), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Problem("photo_large")
            if min(opened.size) < LEAST_PX:
                raise Problem("photo_small")
            opened.draft("RGB", (SIDE_PX * 2, SIDE_PX * 2))  # a JPEG is unpacked at a fraction of its size
            upright = ImageOps.exif_transpose(opened)
    except Image.DecompressionBombError:
        raise Problem("photo_large") from None
    except (OSError, SyntaxError, ValueError, EOFError):  # what Pillow says of a file that is broken, or none of these
        raise Problem("photo_type") from None
    small = ImageOps.fit(upright.convert("RGBA"), (SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS, centering=(0.5, FROM_THE_TOP))
    drawn = Image.new("RGB", small.size, WHITE)
    drawn.paste(small, mask=small.getchannel("A"))
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
