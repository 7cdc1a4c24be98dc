"""In which order the workers of `make test` are handed the files: a file is one worker's, and the last one bounds the whole run.

Long ones first, so that nobody is left alone with one at the end; those that wait for a browser beside those that compute.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

#: Seconds of files whose tests take longer than most, on two cores with three workers. Rough is enough: they only sort.
SECONDS = {
    "tests/stories/test_demo.py": 240,
    "tests/browser/test_screens.py": 200,
    "tests/sim/test_schedules.py": 160,
    "tests/browser/test_vault.py": 130,
    "tests/browser/test_drinks.py": 130,
    "tests/browser/test_offline.py": 120,
    "tests/browser/test_refusals.py": 120,
    "tests/stories/test_ten_weeks.py": 110,
    "tests/browser/test_whole_path.py": 110,
    "tests/browser/test_storm.py": 110,
    "tests/browser/test_check_two.py": 100,
    "tests/browser/test_visits.py": 80,
    "tests/browser/test_lock_screen.py": 75,
    "tests/browser/test_walk.py": 75,
    "tests/browser/test_pace.py": 70,
    "tests/processes/test_serve.py": 65,
    "tests/stories/test_writers_and_kills.py": 60,
    "tests/api/test_pages_rights.py": 60,
    "tests/browser/test_forms.py": 55,
    "tests/api/test_api_description.py": 45,
    "tests/rules/test_merge_properties.py": 40,
}
#: What a test of any other file takes: with a browser, and without.
BROWSER_S, OTHER_S = 8.0, 0.7


class Named(Protocol):
    nodeid: str


def arranged(items: Iterable[Named]) -> list[Named]:
    """The same tests, file by file: in each of the two kinds the longest file first, and both kinds throughout."""
    files: dict[str, list[Named]] = {}
    for item in items:
        files.setdefault(item.nodeid.split("::", 1)[0], []).append(item)
    place: dict[str, float] = {}
    for of_browser in (True, False):
        cost = {name: _cost(name, len(tests)) for name, tests in files.items() if _of_browser(name) == of_browser}
        gone = 0.0
        for name in sorted(cost, key=lambda name: (-cost[name], name)):
            place[name] = gone / sum(cost.values())
            gone += cost[name]
    return [item for name in sorted(files, key=lambda name: (place[name], name)) for item in files[name]]


def _of_browser(name: str) -> bool:
    return name.startswith("tests/browser/")


def _cost(name: str, tests: int) -> float:
    return SECONDS.get(name) or tests * (BROWSER_S if _of_browser(name) else OTHER_S)
