"""The evidence pack as a tagged PDF, made by a program beside the server (pdf_writer.py)."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

log = logging.getLogger(__name__)

_WRITER = Path(__file__).with_name("pdf_writer.py")
#: A pack of half a year takes a fraction of this.
MOST_SECONDS = 120


def pdf(html: str) -> bytes | None:
    """The document as PDF; None where this machine cannot make one. Nothing of the document reaches the log."""
    try:
        # -I: neither the folder of the program nor the environment adds modules to what it imports.
        done = subprocess.run([sys.executable, "-I", str(_WRITER)], input=html.encode(), capture_output=True, timeout=MOST_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        log.exception("the PDF writer did not finish")
        return None
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        log.error("the PDF writer ended with %s", done.returncode)
        return None
    return done.stdout
