"""Every refusal: RFC 9457 problem details, each with a sentence a carer could act on.

Raise `Problem("wrong_pin", tries_left=3)`; the words are `problems.wrong_pin.title` and `.detail` in the message file.
Nothing from the request and nothing about a person goes into an answer or a log line made here.
"""

from __future__ import annotations

import logging
from typing import Any

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from server.db import Busy
from sync.messages import text

log = logging.getLogger(__name__)

#: HTTP status of each refusal.
STATUS = {
    "unreadable": 400,
    "not_an_object": 400,
    "bad_envelope": 400,
    "bad_request": 400,
    "aside_reason": 400,
    "reject_reason": 400,
    "outside_words": 400,
    "unknown": 401,
    "revoked": 401,
    "wrong_pin": 403,
    "forbidden": 403,
    "own_change": 403,
    "somebody_here": 403,
    "enrolment_code": 403,
    "aside_role": 403,
    "not_found": 404,
    "wrong_method": 405,
    "too_old": 409,
    "too_new": 409,
    "no_subscription": 409,
    "moved_on": 409,
    "not_decided": 409,
    "not_acted": 409,
    "token_spent": 409,
    "aside_over": 409,
    "letter_unknown": 409,
    "letter_differs": 409,
    "aside_unfit": 409,
    "aside_id_used": 409,
    "rescue_unreadable": 400,
    "rescue_other_home": 409,
    "rescue_other_tablet": 409,
    "rescue_large": 413,
    "too_large": 413,
    "too_many": 413,
    "wrong_type": 415,
    "letter_type": 415,
    "photo_large": 413,
    "photo_small": 415,
    "photo_type": 415,
    "pin_wait": 429,
    "hourly_limit": 429,
    "quarantine_limit": 429,
    "letter_limit": 429,
    "too_often": 429,
    "enrol_wait": 429,
    "server_error": 500,
    "busy": 503,
    "disk_full": 503,
    "not_ready": 503,
}
BY_STATUS = {400: "bad_request", 401: "unknown", 403: "forbidden", 404: "not_found", 405: "wrong_method",
             413: "too_large", 415: "wrong_type", 422: "bad_request", 429: "too_often", 500: "server_error", 503: "busy"}  # fmt: skip
# Seconds until it is worth asking again, where nothing better is known.
RETRY_AFTER = {"busy": 5, "disk_full": 60, "not_ready": 5, "too_often": 60}


class Problem(Exception):
    """A refusal. `members` are added to the answer; `retry_after` is whole seconds."""

    def __init__(self, code: str, *, retry_after: int | None = None, errors: dict | None = None, **members: Any):
        super().__init__(code)
        self.code = code
        self.status = STATUS[code]
        self.retry_after = retry_after if retry_after is not None else RETRY_AFTER.get(code)
        self.errors = errors
        self.members = members

    def response(self) -> Response:
        """The problem as an HTTP answer."""
        body = {
            "type": f"/problems/{self.code}",
            "title": text(f"problems.{self.code}.title"),
            "status": self.status,
            "detail": text(f"problems.{self.code}.detail", **self.members),
            "code": self.code,
            **self.members,
        }
        if self.errors:
            body["errors"] = self.errors
        answer = Response(orjson.dumps(body), self.status, content_type="application/problem+json")
        answer.headers["Cache-Control"] = "no-store"
        if self.retry_after is not None:
            answer.headers["Retry-After"] = str(max(1, self.retry_after))
        if self.status == 401:
            answer.headers["WWW-Authenticate"] = "Bearer"
        return answer


def register(app: Flask) -> None:
    """Answer every error as a problem, for whoever asks for JSON; pages get theirs from the pages feature."""

    @app.errorhandler(Problem)
    def _problem(error: Problem):
        return error.response()

    @app.errorhandler(Busy)
    def _busy(_error):
        return Problem("busy").response()

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException):
        if error.code is None or error.code < 400:
            return error
        code = BY_STATUS.get(error.code, "bad_request" if error.code < 500 else "server_error")
        answer = Problem(code).response()
        answer.status_code = error.code if error.code != 422 else 400
        if error.code == 405 and getattr(error, "valid_methods", None):
            answer.headers["Allow"] = ", ".join(error.valid_methods)
        return answer

    @app.errorhandler(Exception)
    def _unexpected(error: Exception):
        # The route is named by its rule, never by its path: a path may hold an id.
        log.exception("unexpected error at %s", request.url_rule, exc_info=error)
        return Problem("server_error").response()
