"""Every page is valid HTML by the W3C's own validator. It is a Java program of 30 MB: `make walk` fetches it and asks for this."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.api.test_pages_filed import SAID, one_database
from tests.api.test_pages_plan import IMPROVED, start, told
from tests.api.test_pages_rights import PAGES
from tests.harness.processes import REPOSITORY
from tests.harness.visitor import Visitor

#: The NHS's own table says by roles what its parts are: on a phone its rows are drawn as blocks, and a browser then forgets that they
#: are rows. The validator takes every such role for one too many.
ROLES_OF_TABLES = ".*role. attribute must not be used on a .t[rhd]. element which has a .table. ancestor.*"
VNU = REPOSITORY / "pwa" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


@pytest.mark.skipif(os.environ.get("WALK") != "full", reason="a walk through every page: make walk")
@one_database
def test_every_page_is_valid_html(home, sue, tmp_path):
    told(home, "complete_monitoring", IMPROVED)
    at = start(sue, sue)
    ines = Visitor.manager(home, ["nominated_individual", "registered_manager"], "Ines Ward")
    home.resident("Edith Vane", room="3")
    paths = [*PAGES, at, f"{at}/review", f"{at}/change", f"/show-me/{at.rsplit('/', 1)[1]}", "/measures/complete_monitoring", "/pack/view?from=2026-01-01&to=2026-02-01"]
    paths += [ines.send(f"{path}/new", **SAID[kind]).path for kind, path in (("standard", "/standards"), ("minute", "/minutes"), ("feedback_summary", "/feedback/summaries"))]
    for n, path in enumerate(paths):
        page = ines.open(path)
        assert page.status == 200, path
        (tmp_path / f"{n}.html").write_text(page.html)
    (tmp_path / "pack.html").write_text(ines.open("/pack/file/html?from=2026-01-01&to=2026-02-01").html)
    said = subprocess.run(["java", "-jar", VNU, "--errors-only", "--format", "gnu", "--filterpattern", ROLES_OF_TABLES, *sorted(tmp_path.glob("*.html"))], capture_output=True, text=True, timeout=300)
    names = {f"{n}.html": path for n, path in enumerate(paths)}
    wrong = [line.replace(name, path) for line in said.stderr.splitlines() for name, path in names.items() if f"/{name}" in line]
    assert not wrong, "\n".join(wrong)
    assert (said.returncode, said.stderr) == (0, "")
