"""A slow network and a cheap tablet carry the app: what must be fetched before work can start is bounded, in the bytes sent.

The server sends every text as the build squeezed it (`name.gz`, see `server/app_files.py`), so these files are what is weighed.
`gzip -9` of the same makes 4 % more.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DIST = Path(__file__).resolve().parents[1] / "pwa" / "dist"
STYLES = DIST.parent / "src" / "styles"
KB = 1000
LANGUAGE = re.compile(r"messages\.[a-z]{2}-[^/]*\.js$")
# Unlock, residents, record a drink: what the page names, and the worker.
FIRST_ROUTE = 60 * KB
# Every script and stylesheet of the app, in one language. The goal is 120: what a tablet fetches is Brotli, since only a page on
# https may have a service worker, and there every browser takes it. By gzip the app is 13 over it, and may not slip further.
FLOOR_APP, FLOOR_APP_BY_BROTLI = 134 * KB, 120 * KB
# All that a new tablet fetches: the page, the app, the worker and what the worker keeps.
FIRST_LOAD = 150 * KB


def sent(path: Path, by: str = ".gz") -> int:
    """Bytes of the body that the server sends of this file to a browser: pictures as they are."""
    squeezed = path.with_name(path.name + by)
    return (squeezed if squeezed.exists() else path).stat().st_size


@pytest.fixture(scope="module")
def dist() -> Path:
    assert (DIST / "sw.js").is_file(), "build the app first: make setup"
    return DIST


def app_files(dist: Path) -> list[Path]:
    scripts = [path for path in (dist / "assets").iterdir() if path.suffix in (".js", ".css") and not LANGUAGE.search(path.name)]
    assert all(path.with_name(path.name + ".gz").is_file() for path in scripts), "not squeezed"
    return [*scripts, dist / "sw.js"]


def test_the_first_route_weighs_at_most_60_kB(dist):
    page = (dist / "index.html").read_text()
    named = [dist / path for path in re.findall(r"(?:src|href)=\"/app/(assets/[^\"]+)\"", page)]
    assert {path.suffix for path in named} == {".js", ".css"}
    weights = {path.name: sent(path) for path in [*named, dist / "sw.js"]}
    assert sum(weights.values()) <= FIRST_ROUTE, weights


def test_the_whole_floor_app_in_one_language_is_fetched_in_at_most_120_kB_and_grows_no_further_by_gzip(dist):
    weights = {path.name: sent(path) for path in app_files(dist)}
    assert sum(weights.values()) <= FLOOR_APP, weights
    by_brotli = {path.name: sent(path, ".br") for path in app_files(dist)}
    assert sum(by_brotli.values()) <= FLOOR_APP_BY_BROTLI, by_brotli


def test_what_a_new_tablet_fetches_weighs_at_most_150_kB(dist):
    worker = (dist / "sw.js").read_text()
    kept = [dist / path for path in re.findall(r"[\"'`]([\w./-]+\.(?:js|css|html|png|svg|webmanifest))[\"'`]", worker) if not LANGUAGE.search(path)]
    assert dist / "index.html" in kept
    # The page asks for these by itself; Chromium fetches the icon of the manifest that it shows.
    fetched = {*kept, *app_files(dist), dist / "icon-180.png"}
    weights = {path.name: sent(path) for path in fetched}
    assert sum(weights.values()) <= FIRST_LOAD, weights


def test_the_build_leaves_out_no_style_that_an_attribute_switches_on(dist):
    """What no source names is left out to save bytes. The practice home's striped frame once went with it."""
    waited_for = {found for path in STYLES.glob("*.scss") for found in re.findall(r"\[(data-[a-z]+)", path.read_text())}
    built = "".join(path.read_text() for path in (dist / "assets").glob("*.css"))
    assert {"data-practice", "data-theme"} <= waited_for and {name for name in waited_for if f"[{name}" not in built} == set()
