"""The app's own modules as one script, made by the app's own bundler."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.harness.processes import REPOSITORY

PWA = REPOSITORY / "pwa"


def bundled(entry: str, folder: Path) -> str:
    """The script that puts what `entry` (TypeScript, as if it lay in pwa/) exports on the global `app`."""
    made = folder / "app.js"
    subprocess.run(
        [PWA / "node_modules" / ".bin" / "esbuild", "--bundle", "--format=iife", "--global-name=app", f"--outfile={made}",
         "--log-level=error", "--loader=ts", f"--sourcefile={PWA / 'entry-of-a-test.ts'}"],
        input=entry, text=True, cwd=PWA, check=True,
    )  # fmt: skip
    return made.read_text()
