"""Firefox and WebKitGTK as they are installed, without a driver library: both speak WebDriver, Firefox over Marionette's socket.

    with open_browser("Firefox", folder) as firefox:
        firefox.go(url)
        firefox.tap('[data-testid="staff-tile"]')

WebKitGTK is only Safari-like: no push and no background sync, and it is not iPadOS.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from tests.harness.processes import free_port, until

FIREFOX = ("firefox-esr", "firefox")
WEBKIT = ("WebKitWebDriver", "Xvfb")
#: Where Debian keeps WebKitGTK's small browser, which is on no PATH.
MINIBROWSERS = "webkit2gtk-4.*/MiniBrowser"
#: A loaded machine may need a while to start a browser, or to find what was not drawn yet.
STARTED_WITHIN_S, FOUND_WITHIN_S = 120.0, 90.0
#: The element at a CSS selector, or at an XPath.
FOUND = """
const [where, taps] = arguments;
const xpath = () => document.evaluate(where, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null).singleNodeValue;
const it = where.startsWith('/') ? xpath() : document.querySelector(where);
if (taps) it?.click();
return it !== null;
"""
PREFERENCES = {
    "app.update.enabled": False, "datareporting.policy.dataSubmissionEnabled": False, "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False, "services.settings.server": "http://127.0.0.1:1",
}  # fmt: skip


class Refused(Exception):
    """The browser did not do it."""


class OtherBrowser:
    """One window of a browser that Playwright does not drive."""

    def go(self, url: str) -> None:
        self._ask("Navigate", "url", {"url": url})

    def again(self, url: str) -> None:
        """Leave the page and open this one anew. (Marionette's own Refresh asks the network, past the service worker.)"""
        self.go("about:blank")
        self.go(url)

    def script(self, body: str, *given: Any) -> Any:
        """What the body of a function returns for these arguments."""
        return self._ask("ExecuteScript", "execute/sync", {"script": body, "args": list(given)})

    def find(self, where: str) -> None:
        """Wait for the element at a CSS selector, or at an XPath."""
        until(lambda: self.script(FOUND, where, False), within_s=FOUND_WITHIN_S, what=where)

    def tap(self, where: str) -> None:
        """Click it as soon as it is there. Found and clicked in one step: nothing is drawn anew between the two."""
        until(lambda: self.script(FOUND, where, True), within_s=FOUND_WITHIN_S, what=where)

    def _ask(self, command: str, path: str, given: dict[str, Any]) -> Any:
        """One WebDriver command, by Marionette's name for it and by its path in a session."""
        raise NotImplementedError


class Firefox(OtherBrowser):
    """Marionette: `length:[0, id, command, parameters]` out, `length:[1, id, error, result]` back."""

    def __init__(self, port: int):
        self._socket = until(lambda: _connected(port), within_s=STARTED_WITHIN_S, what="Firefox")
        self._socket.settimeout(STARTED_WITHIN_S)
        self._count = 0
        self._read()
        self._ask("NewSession", "", {})

    def _ask(self, command: str, path: str, given: dict[str, Any]) -> Any:
        self._count += 1
        text = json.dumps([0, self._count, f"WebDriver:{command}", given])
        self._socket.sendall(f"{len(text)}:{text}".encode())
        _, _, error, result = self._read()
        if error:
            raise Refused(error["message"])
        return result.get("value") if isinstance(result, dict) and "value" in result else result

    def _read(self) -> Any:
        length = b""
        while (one := self._socket.recv(1)) != b":":
            assert one, "Firefox hung up"
            length += one
        text = b""
        while len(text) < int(length):
            text += self._socket.recv(int(length) - len(text))
        return json.loads(text)


class WebKit(OtherBrowser):
    """WebKitWebDriver over HTTP."""

    def __init__(self, port: int, binary: str):
        self._base = f"http://127.0.0.1:{port}/session"
        until(lambda: _connected(port), within_s=STARTED_WITHIN_S, what="WebKitWebDriver").close()
        wanted = {"webkitgtk:browserOptions": {"binary": binary, "args": ["--automation"]}}
        said = self._post("", {"capabilities": {"alwaysMatch": wanted}})
        self._base += f"/{said['sessionId']}"

    def _ask(self, command: str, path: str, given: dict[str, Any]) -> Any:
        return self._post(f"/{path}", given)

    def close(self) -> None:
        urllib.request.urlopen(urllib.request.Request(self._base, method="DELETE"), timeout=STARTED_WITHIN_S).close()

    def _post(self, path: str, given: dict[str, Any]) -> Any:
        request = urllib.request.Request(self._base + path, json.dumps(given).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=STARTED_WITHIN_S) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise Refused(json.load(error)["value"]["message"]) from None


def missing(name: str) -> str | None:
    """What this machine lacks for it, as one line; None where nothing is missing."""
    if name == "Firefox":
        return None if any(map(shutil.which, FIREFOX)) else "Firefox is not installed (on Debian: firefox-esr)"
    lacks = [one for one in WEBKIT if shutil.which(one) is None]
    return None if not lacks and _minibrowser() else "WebKitGTK is not installed (on Debian: webkit2gtk-driver xvfb)"


@contextmanager
def open_browser(name: str, folder: Path, **preferences: Any) -> Iterator[OtherBrowser]:
    """The browser with a fresh profile in this folder, in Firefox with these preferences; all of it ends with the block."""
    with ExitStack() as ending:
        port = free_port()
        environment = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        if name == "Firefox":
            lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});" for key, value in (PREFERENCES | preferences | {"marionette.port": port}).items()]
            (folder / "user.js").write_text("\n".join(lines))
            binary = next(filter(None, map(shutil.which, FIREFOX)))
            _run(ending, [binary, "--headless", "--marionette", "--no-remote", "--profile", str(folder)], environment)
            firefox = Firefox(port)
            ending.enter_context(closing(firefox._socket))
            yield firefox
        else:
            environment["DISPLAY"] = f":{_screen(ending, environment)}"
            _run(ending, ["WebKitWebDriver", f"--port={port}", "--host=127.0.0.1"], environment)
            yield ending.enter_context(closing(WebKit(port, _minibrowser())))


def _run(ending: ExitStack, command: list[str], environment: dict[str, str], **more: Any) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)

    def end() -> None:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    ending.callback(end)
    return process


def _screen(ending: ExitStack, environment: dict[str, str]) -> int:
    """A screen that nobody sees; the X server chooses its number and says it."""
    reads, writes = os.pipe()
    _run(ending, ["Xvfb", "-displayfd", str(writes), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], environment, pass_fds=(writes,))
    os.close(writes)
    with os.fdopen(reads) as said:
        return int(said.readline())


def _minibrowser() -> str | None:
    return next((str(path) for path in sorted(Path("/usr/lib").glob(f"*/{MINIBROWSERS}"))), None)


def _connected(port: int) -> socket.socket | None:
    try:
        return socket.create_connection(("127.0.0.1", port), timeout=5)
    except OSError:
        return None
