"""`python -m tests.harness.screens_page docs`: the page that shows the pictures which a walk has left in docs/screens."""

from __future__ import annotations

import sys
from pathlib import Path

HEAD = """# Every screen, as the tests saw it

`make shots` makes these pictures and this page: each state of each screen on a phone (360x640) and on a desk (1280x800).
Everybody in them is made up.

| state | phone | desk |
|---|---|---|
"""


def page(folder: Path) -> str:
    """The page for the pictures in `folder`/screens: one row a state."""
    states = sorted(path.name.removesuffix("-360.webp") for path in (folder / "screens").glob("*-360.webp"))

    def picture(state: str, width: int, shown: int) -> str:
        return f'<img src="screens/{state}-{width}.webp" width="{shown}" alt="{state.replace("-", " ")}, {width} pixels wide">'

    return HEAD + "".join(f"| {state.replace('-', ' ')} | {picture(state, 360, 180)} | {picture(state, 1280, 480)} |\n" for state in states)


if __name__ == "__main__":
    docs = Path(sys.argv[1])
    (docs / "screens.md").write_text(page(docs))
