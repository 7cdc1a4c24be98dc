"""Where a message may go. An address comes from a browser or a person, so it is judged when saved and again when sent.

Push goes to the services of browser makers alone; what a manager enters goes to any public host. Both only over https on
its own port, never a redirect, never an address inside the network: otherwise anyone with a device token or a password
could make the server knock at any door.
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
# A name with a dot and a top level of letters: no number in any spelling is one.
_PUBLIC_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
_NOT_PUBLIC = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".intranet", ".invalid", ".test")
LONGEST_ENDPOINT = 2048
LOOPBACK = "127.0.0.1"


class Refused(ValueError):
    """The endpoint or key is not one that we send to; `field` names which part."""

    def __init__(self, field: str):
        super().__init__(field)
        self.field = field


def origin(endpoint: str, *, allow_loopback: bool) -> str:
    """`https://host` of a push endpoint that may be sent to. Raises `Refused("endpoint")`."""
    scheme, host, path = _judged(endpoint, allow_loopback)
    if scheme == "https" and (not _HOSTS.fullmatch(host) or not path.strip("/")):
        raise Refused("endpoint")
    return f"{scheme}://{host}"


def public(url: str, *, allow_loopback: bool) -> str:
    """`https://host` of an address that a manager entered, when it names a public host. Raises `Refused("endpoint")`.

    What the name leads to is judged when the connection is made (`addresses`): only then is it certain.
    """
    scheme, host, _ = _judged(url, allow_loopback)
    if scheme == "https" and (not _PUBLIC_NAME.fullmatch(host) or f".{host}".endswith(_NOT_PUBLIC)):
        raise Refused("endpoint")
    return f"{scheme}://{host}"


def _judged(url: str, allow_loopback: bool) -> tuple[str, str, str]:
    """Scheme, host (with its port on the loopback) and path; the loopback is the only place that http leads to."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise Refused("endpoint") from None
    if len(url) > LONGEST_ENDPOINT or parts.username is not None or re.search(r"[\x00-\x20\x7f-\U0010ffff\\]", url):
        raise Refused("endpoint")
    if allow_loopback and parts.scheme == "http" and host == LOOPBACK:
        return "http", f"{host}:{port}" if port else host, parts.path
    if parts.scheme != "https" or port not in (None, 443):
        raise Refused("endpoint")
    return "https", host, parts.path


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
