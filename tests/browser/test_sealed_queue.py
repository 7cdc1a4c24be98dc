"""The tablet's JWE against joserfc, both ways: what one side seals the other opens, and nothing else opens it."""

from __future__ import annotations

import base64
import json
import os

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, OctKey

from tests.browser.test_client_twins import playwright_browser, secure_page  # noqa: F401 (fixture)
from tests.harness.bundle import bundled

NOTE = "Zoë drank ½ cup 😀 אבג"
REGISTRY = jwe.JWERegistry(algorithms=["dir", "ECDH-ES+A256KW", "A256GCM"], strict_check_header=False)
ENTRY = "export * as jwe from './src/jwe';"


@pytest.fixture(scope="module")
def run(tmp_path_factory, playwright_browser):  # noqa: F811
    page = secure_page(playwright_browser, bundled(ENTRY, tmp_path_factory.mktemp("bundle")))
    yield page.evaluate
    page.close()


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_what_a_tablet_seals_under_its_session_key_the_server_opens_with_its_header_whole(run):
    raw = os.urandom(32)
    said = {"kid": "k1", "id": "0193b0d2-0000-7000-8000-000000000001", "number": 118, "device": "d1"}
    sealed = run(
        """async ([raw, plain, said]) => {
             const key = await crypto.subtle.importKey('raw', app.jwe.fromBase64url(raw), 'AES-GCM', false, ['encrypt']);
             return app.jwe.seal(key, new TextEncoder().encode(plain), said); }""",
        [b64(raw), NOTE, said],
    )
    opened = jwe.decrypt_compact(sealed, OctKey.import_key(raw), registry=REGISTRY)
    assert opened.plaintext.decode() == NOTE
    assert opened.protected == {"alg": "dir", "enc": "A256GCM", **said}


def test_a_key_that_a_tablet_wraps_to_the_home_is_opened_by_the_homes_private_key_alone(run):
    home, other, raw = ECKey.generate_key("P-256"), ECKey.generate_key("P-256"), os.urandom(32)
    to = {**home.as_dict(private=False), "kid": "home-1"}
    for _ in range(20):
        wrapped = run("([to, raw]) => app.jwe.wrap(to, app.jwe.fromBase64url(raw))", [to, b64(raw)])
        opened = jwe.decrypt_compact(wrapped, home, registry=REGISTRY)
        assert opened.plaintext == raw
        assert opened.protected["kid"] == "home-1" and opened.protected["alg"] == "ECDH-ES+A256KW"
    with pytest.raises(Exception):  # noqa: B017 (whatever joserfc calls it, it does not open)
        jwe.decrypt_compact(wrapped, other, registry=REGISTRY)


UNWRAP = """async ([jwk, text]) => { try {
  return new TextDecoder().decode(await app.jwe.unwrap(text, await app.jwe.privateKey(jwk)));
} catch { return null; } }"""


def test_what_the_server_wraps_to_a_person_the_tablet_opens_with_that_persons_key_alone(run):
    mine, other = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    grant = json.dumps({"grant": "opaque", "note": NOTE})
    for _ in range(20):
        text = jwe.encrypt_compact({"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}, grant, mine, registry=REGISTRY)
        assert run(UNWRAP, [mine.as_dict(private=True), text]) == grant
    assert run(UNWRAP, [other.as_dict(private=True), text]) is None
    head, key, iv, body, tag = text.split(".")
    flipped = body[:-2] + ("A" if body[-2] != "A" else "B") + body[-1]
    assert run(UNWRAP, [mine.as_dict(private=True), ".".join([head, key, iv, flipped, tag])]) is None
