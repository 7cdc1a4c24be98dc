"""How `make test` hands out its files: whoever waits for the run waits for the last worker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.harness.order import SECONDS, arranged

REPOSITORY = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class One:
    nodeid: str


def _tests(**counts: int) -> list[One]:
    return [One(f"tests/{name.replace('__', '/')}.py::test_{n}") for name, count in counts.items() for n in range(count)]


def _files(items: list[One]) -> list[str]:
    return list(dict.fromkeys(item.nodeid.split("::")[0].removeprefix("tests/").removesuffix(".py") for item in items))


def test_the_longest_files_go_first_and_browsers_beside_what_computes():
    given = _tests(api__test_a=2, api__test_b=60, browser__test_c=1, browser__test_d=9, rules__test_e=20, browser__test_f=3)
    assert _files(arranged(given)) == ["api/test_b", "browser/test_d", "browser/test_f", "rules/test_e", "browser/test_c", "api/test_a"]


def test_no_test_is_lost_and_the_tests_of_a_file_keep_their_order():
    given = _tests(rules__test_a=3, browser__test_b=2, api__test_c=40)
    found = arranged(given)
    assert set(found) == set(given) and len(found) == len(given)
    assert [item for item in found if "test_c" in item.nodeid] == [item for item in given if "test_c" in item.nodeid]


def test_every_file_whose_length_is_known_is_there():
    assert [name for name in SECONDS if not (REPOSITORY / name).is_file()] == []
