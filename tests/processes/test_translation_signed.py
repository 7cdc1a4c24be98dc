"""A home records that a named bilingual clinician has signed the safety words of a language: for tablets, in the ledger."""

from __future__ import annotations

from server.records import translations
from tests.harness import small_home
from tests.harness.floor import FloorTablet
from tests.harness.processes import Installation


def test_a_signature_names_the_clinician_and_reaches_every_tablet(tmp_path):
    tidemark = Installation(tmp_path / "data")
    try:
        tidemark.start()
        home = small_home.make(tidemark)
        for wrong in (["--language", "xx", "--by", "Dr Ana Pop"], ["--language", "../messages", "--by", "Dr Ana Pop"], ["--language", "ro", "--by", " "]):
            assert tidemark.tidemark("translation", "sign", "--home", home["id"], *wrong, check=False).strip() == ""
        version = translations.version_of("ro")
        said = tidemark.tidemark_json("translation", "sign", "--home", home["id"], "--language", "ro", "--by", "Dr Ana Pop, GMC 1234567")
        assert said == {"language": "ro", "version": version, "signed_by": "Dr Ana Pop, GMC 1234567"}
        tablet = FloorTablet(tidemark, home["id"], "Willow 1")
        tablet.unlock(home["staff"]["Ama Mensah"])
        (signed,) = tablet.changes("threshold")
        assert signed["fields"]["name"] == "words.safety_ro"
        assert signed["fields"]["value"] == {"version": version, "signed_by": "Dr Ana Pop, GMC 1234567"}
    finally:
        tidemark.kill9()
