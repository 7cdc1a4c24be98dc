"""Where a push message may go. An endpoint comes from a browser, so it is judged when saved and again when sent.

Only push services of browser makers, only https on its own port, never a redirect, never an address inside the network:
otherwise anyone with a device token could make the server knock at any door.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
import socket
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

_HOSTS = re.compile(
    r"fcm\.googleapis\.com|android\.googleapis\.com|jmt17\.google\.com"
    r"|(?:[a-z0-9-]+\.)*push\.services\.mozilla\.com"
    r"|(?:[a-z0-9-]+\.)*push\.apple\.com"
    r"|(?:[a-z0-9-]+\.)*notify\.windows\.com"
)
LONGEST_ENDPOINT = 2048
LOOPBACK = "127.0.0.1"


class Refused(ValueError):
    """The endpoint or key is not one that we send to; `field` names which part."""

    def __init__(self, field: str):
        super().__init__(field)
        self.field = field


def origin(endpoint: str, *, allow_loopback: bool) -> str:
    """`https://host` of an endpoint that may be sent to. Raises `Refused("endpoint")`."""
    try:
        parts = urlsplit(endpoint)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise Refused("endpoint") from None
    if len(endpoint) > LONGEST_ENDPOINT or parts.username is not None or re.search(r"[\x00-\x20\x7f-\U0010ffff\\]", endpoint):
        raise Refused("endpoint")
    if allow_loopback and parts.scheme == "http" and host == LOOPBACK:
        return f"http://{host}:{port}" if port else f"http://{host}"
    if parts.scheme != "https" or port not in (None, 443) or not _HOSTS.fullmatch(host) or not parts.path.strip("/"):
        raise Refused("endpoint")
    return f"https://{host}"


def check_keys(p256dh: str, auth: str) -> tuple[str, str]:
    """The subscription's keys in their shortest form. Raises `Refused`: a bad point would fail every send later."""
    point, secret = _unb64(p256dh, "p256dh"), _unb64(auth, "auth")
    if len(point) != 65 or point[0] != 4:
        raise Refused("p256dh")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise Refused("p256dh") from None
    if len(secret) != 16:
        raise Refused("auth")
    return _b64(point), _b64(secret)


def addresses(host: str, port: int, *, allow_loopback: bool) -> list[str]:
    """The public addresses of a host, as the name server says now. Raises `Refused` when one is inside a network.

    The connection is then made to one of these, and not to the name: a name that answers differently the second time
    gains nothing.
    """
    found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for address in found:
        if not ipaddress.ip_address(address).is_global and not (allow_loopback and address == host == LOOPBACK):
            raise Refused("endpoint")
    return found


def _unb64(text: str, field: str) -> bytes:
    if not re.fullmatch(r"[A-Za-z0-9_-]*={0,2}", text):
        raise Refused(field)
    bare = text.rstrip("=")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        raise Refused(field) from None


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
