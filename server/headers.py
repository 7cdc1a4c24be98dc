"""What every answer tells a browser about safety: load nothing from elsewhere, frame nothing, say nothing of where you were."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_talisman import Talisman

# Pages and the app load nothing from anywhere else, and run no inline script.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


class _Once(Talisman):
    """Talisman works its headers out for each answer. Ours name no view and no nonce, so they are always the same."""

    def init_app(self, app: Flask, **options) -> None:
        self._made: dict[bool, list[tuple[str, str]]] = {}
        super().init_app(app, **options)

    def _force_https(self) -> None:
        """Nothing: TLS is the proxy's, where there is one."""

    def _make_nonce(self) -> None:
        """None: no page has a script or style of its own."""

    def _set_response_headers(self, response: Response) -> Response:
        # Only over TLS is a browser told to come back that way.
        secure = request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"
        if secure not in self._made:
            self._made[secure] = list(super()._set_response_headers(Response()).headers)
        for name, value in self._made[secure]:
            if name not in _OF_THE_ANSWER:
                response.headers[name] = value
        return response


# What an empty answer has of itself.
_OF_THE_ANSWER = {"Content-Type", "Content-Length"}


def register(app: Flask) -> None:
    """Give every answer of this application the headers."""
    _Once(
        app,
        force_https=False,  # a home's own machine serves its own network; TLS ends in front of us where there is one
        content_security_policy=POLICY,
        session_cookie_secure=False,
        referrer_policy="no-referrer",
    )
