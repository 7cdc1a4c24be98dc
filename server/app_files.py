"""The installable app under /app/, as `make` built it into pwa/dist.

Hashed files never change and are kept for a year; the page and the service worker are asked for anew every time, so
that a new version is found. The worker is served from /app/sw.js, so that its scope is the app and nothing else.
Whoever takes Brotli or gzip gets the squeezed file that the build put beside each text; browsers take Brotli over https only.
"""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from flask import Flask, Response, abort, redirect, request, send_from_directory
from markupsafe import escape

from server.people.rights import public
from sync.messages import text

DIST = Path(__file__).resolve().parent.parent / "pwa" / "dist"
HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.(js|css|woff2|svg|png|webp|json)$")
BUILD = re.compile(r"<script[^>]+src=\"[^\"]*-([A-Za-z0-9_-]{8,})\.js\"")
#: The smallest first: how a text may be squeezed, by the name that a browser asks with, and how its file's name ends.
SQUEEZED = {"br": ".br", "gzip": ".gz"}
TYPES = {".webmanifest": "application/manifest+json", ".js": "text/javascript; charset=utf-8"}


def register(app: Flask) -> None:
    """Serve the app's files. They are the same for everybody and hold nobody's data."""
    app.extensions["tidemark_build"] = build
    app.add_url_rule("/app", "app_files.bare", bare)
    app.add_url_rule("/app/", "app_files.index", file)
    app.add_url_rule("/app/<path:name>", "app_files.file", file)


@public
def bare():
    return redirect("/app/", 308)


@public
def file(name: str = "index.html") -> Response:
    """One file of the built app."""
    if not (DIST / "index.html").is_file():
        return _not_built()
    found = DIST / name
    if not found.is_file():
        abort(404)
    squeezed = [how for how, end in SQUEEZED.items() if (DIST / (name + end)).is_file()]
    packed = next((how for how in squeezed if request.accept_encodings[how] > 0), None)
    kind = TYPES.get(found.suffix) or mimetypes.guess_type(name)[0]
    answer = send_from_directory(DIST, name + SQUEEZED.get(packed, ""), mimetype=kind, conditional=True, etag=True)
    if squeezed:
        answer.vary.add("Accept-Encoding")
    if packed:
        answer.content_encoding = packed
    if HASHED.search(name) and not name.endswith(("sw.js", ".html")):
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        answer.headers["Cache-Control"] = "no-cache"
    if name == "sw.js":
        answer.headers["Service-Worker-Allowed"] = "/app/"
    return answer


def build() -> str | None:
    """The build that is served now, as the app on a tablet names its own; None when there is none."""
    index = DIST / "index.html"
    found = BUILD.search(index.read_text()) if index.is_file() else None
    return found[1] if found else None


def _not_built() -> Response:
    page = "<!doctype html><html lang=en-GB><meta charset=utf-8><title>{0}</title><h1>{0}</h1><p>{1}</p></html>"
    body = page.format(escape(text("problems.app_not_built.title")), escape(text("problems.app_not_built.detail")))
    answer = Response(body, 503, content_type="text/html; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    return answer
