"""The app's files go out squeezed to whoever takes Brotli or gzip, whole to whoever does not, and as the same file."""

from __future__ import annotations

import gzip
import subprocess

import pytest

from server.app_files import DIST

ASSETS = sorted(f"assets/{path.name}" for path in (DIST / "assets").glob("*.[cj]s*") if path.suffix in (".css", ".js"))


@pytest.fixture
def ask(house):
    client = house.app.test_client()
    return lambda name, takes: client.get(f"/app/{name}", headers={"Accept-Encoding": takes})


def unbrotli(data: bytes) -> bytes:
    """By Node, which built it: Python reads no Brotli of its own."""
    program = "process.stdout.write(zlib.brotliDecompressSync(fs.readFileSync(0)))"
    return subprocess.run(["node", "-e", program], input=data, capture_output=True, check=True, timeout=60).stdout


@pytest.mark.parametrize(("takes", "how", "unpack"), [("gzip", "gzip", gzip.decompress), ("gzip, br", "br", unbrotli)])
def test_whoever_takes_it_gets_the_same_file_squeezed(ask, takes, how, unpack):
    assert ASSETS, "build the app first: make setup"
    for name in ["", "sw.js", "manifest.webmanifest", "pages.css", *ASSETS]:
        plain, squeezed = ask(name, "identity"), ask(name, takes)
        assert (plain.status_code, squeezed.status_code) == (200, 200), name
        assert plain.content_encoding is None and squeezed.content_encoding == how, name
        assert unpack(squeezed.data) == plain.data, name
        for header in ("Content-Type", "Cache-Control", "Service-Worker-Allowed"):
            assert plain.headers.get(header) == squeezed.headers.get(header), name
        # A cache between must not give the one to who asks for the other.
        assert "Accept-Encoding" in plain.vary and "Accept-Encoding" in squeezed.vary, name
        assert plain.headers["ETag"] != squeezed.headers["ETag"], name


def test_who_refuses_both_gets_it_whole_and_pictures_are_never_squeezed(ask):
    assert ask("sw.js", "gzip;q=0, br;q=0").content_encoding is None
    assert ask("sw.js", "gzip, br;q=0").content_encoding == "gzip"
    assert ask("icon-192.png", "gzip, br").content_encoding is None
