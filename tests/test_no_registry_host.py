"""No file of ours names the address of a package registry: what installs is the machine's own, and its mirror may differ."""

from __future__ import annotations

import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
# Written in two halves, so that this file does not name them either.
HOSTS = ["py" + "pi.org", "python" + "hosted.org", "registry.np" + "mjs", "npm" + "js.org", "npm" + "js.com", "registry.yarn" + "pkg.com", "deb.deb" + "ian.org", "proxy.go" + "lang.org"]  # fmt: skip
OPTIONS = ["--index" + "-url=", "--extra-index" + "-url", "--find" + "-links ", "index" + "-url ="]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True).stdout.decode()
    return [REPOSITORY / name for name in listed.split("\0") if name and (REPOSITORY / name).is_file()]


def test_no_tracked_file_names_a_registry_host():
    wrong = []
    for path in tracked():
        content = path.read_bytes().decode("utf-8", "replace").lower()
        wrong += [f"{path.relative_to(REPOSITORY)}: {host}" for host in HOSTS if host in content]
    assert wrong == []


def test_no_lock_file_says_where_a_package_came_from():
    python = (REPOSITORY / "requirements.lock").read_text()
    assert not any(option in python for option in OPTIONS)
    npm = (REPOSITORY / "pwa" / "package-lock.json").read_text()
    assert '"resolved":' not in npm
    assert not (REPOSITORY / "uv.lock").exists()


def test_no_third_party_code_is_tracked():
    wrong = [p for p in tracked() if {"node_modules", "site-packages", ".venv", "dist"} & set(p.parts)]
    assert wrong == []
