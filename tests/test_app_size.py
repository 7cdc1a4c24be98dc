"""A slow network and a cheap tablet carry the app: what must be fetched before work can start is bounded, in gzip -9 bytes."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

DIST = Path(__file__).resolve().parents[1] / "pwa" / "dist"
KB = 1000
LANGUAGE = re.compile(r"messages\.[a-z]{2}-[^/]*\.js$")
# Unlock, residents, record a drink: what the page names, and the worker.
FIRST_ROUTE = 60 * KB
# Every script and stylesheet of the app, in one language. The design's goal is 120; it is missed, and may not slip further.
FLOOR_APP = 168 * KB
# All that a new tablet fetches: the page, the app, the worker and what the worker keeps. The goal is 150: missed as well.
FIRST_LOAD = 183 * KB


def gz(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


@pytest.fixture(scope="module")
def dist() -> Path:
    assert (DIST / "sw.js").is_file(), "build the app first: make setup"
    return DIST


def app_files(dist: Path) -> list[Path]:
    scripts = [path for path in (dist / "assets").iterdir() if path.suffix in (".js", ".css") and not LANGUAGE.search(path.name)]
    return [*scripts, dist / "sw.js"]


def test_the_first_route_weighs_at_most_60_kB(dist):
    page = (dist / "index.html").read_text()
    named = [dist / path for path in re.findall(r"(?:src|href)=\"/app/(assets/[^\"]+)\"", page)]
    assert {path.suffix for path in named} == {".js", ".css"}
    weights = {path.name: gz(path) for path in [*named, dist / "sw.js"]}
    assert sum(weights.values()) <= FIRST_ROUTE, weights


def test_the_whole_floor_app_grows_no_further_from_its_goal_in_one_language(dist):
    weights = {path.name: gz(path) for path in app_files(dist)}
    assert sum(weights.values()) <= FLOOR_APP, weights


def test_what_a_new_tablet_fetches_grows_no_further_from_its_goal(dist):
    worker = (dist / "sw.js").read_text()
    kept = [dist / path for path in re.findall(r"[\"'`]([\w./-]+\.(?:js|css|html|png|svg|webmanifest))[\"'`]", worker) if not LANGUAGE.search(path)]
    assert dist / "index.html" in kept
    # The page asks for these by itself; Chromium fetches the icon of the manifest that it shows.
    fetched = {*kept, *app_files(dist), dist / "icon-180.png"}
    weights = {path.name: gz(path) for path in fetched}
    assert sum(weights.values()) <= FIRST_LOAD, weights
