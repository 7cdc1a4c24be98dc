"""A manager at the pages: follows links, fills forms as a browser does, and reads what the page says.

    sue = Visitor.manager(home, ["registered_manager"])
    page = sue.open("/tablets")
    page = sue.send("/tablets/add", name="Oak lounge")
"""

from __future__ import annotations

import html
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from jinja2 import BytecodeCache

from server import clock
from server.people import store
from tests.harness.apps import Home, House, Person

PASSWORD = "sea lavender and samphire"


class Compiled(BytecodeCache):
    """Templates compiled once for all the applications of a test run: each test makes one of its own."""

    kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket):
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket):
        self.kept[bucket.key] = bucket.bytecode_to_string()


@dataclass
class Page:
    """One answer."""

    status: int
    html: str
    headers: Any
    path: str

    @property
    def text(self) -> str:
        """What a reader sees, in one line."""
        bare = re.sub(r"(?s)<(style|head)\b.*?</\1>|<svg.*?</svg>|<[^>]+>", " ", self.html)
        return " ".join(html.unescape(bare).split()).replace(" ,", ",")

    @property
    def title(self) -> str:
        return html.unescape(re.search(r"<title>(.*?)</title>", self.html, re.S).group(1))

    def links(self) -> list[str]:
        return re.findall(r'href="([^"]+)"', self.html)

    def marked(self, testid: str) -> str:
        """The text inside the element of that test id."""
        found = re.search(rf'data-testid="{testid}"[^>]*>(.*?)<', self.html, re.S)
        assert found, f"nothing here is called {testid}"
        return html.unescape(found.group(1)).strip()


@dataclass
class Visitor:
    house: House
    home: Home | None = None
    person: Person | None = None
    email: str = ""
    base: str = "http://localhost"  # the address by which the manager came
    client: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.house.app.jinja_env.bytecode_cache = Compiled()
        self.client = self.house.app.test_client()

    @classmethod
    def manager(cls, home: Home, roles: list[str], name: str = "Sue Hart", *, sign_in: bool = True) -> Visitor:
        """Somebody with these roles who has an account, signed in unless told otherwise."""
        person = home.staff(name, roles, pin=None)
        email = f"{uuid.uuid4().hex[:8]}@larkfield.example"
        with home.house.app.app_context():
            store.create_account(home.id, email, PASSWORD, person.id, now_ms=clock.now_ms())
        made = cls(home.house, home, person, email)
        if sign_in:
            assert made.sign_in().status == 200
        return made

    def sign_in(self, email: str | None = None, password: str = PASSWORD) -> Page:
        return self.send("/sign-in", email=email or self.email, password=password)

    def open(self, path: str, **headers: str) -> Page:
        answer = self.client.get(path, headers=headers, base_url=self.base)
        return Page(answer.status_code, answer.get_data(as_text=True), answer.headers, path)

    def send(self, path: str, form_at: str | None = None, **fields: str) -> Page:
        """Open the page that holds the form, send it with its own token, and follow where it leads."""
        form = self.client.get(form_at or path, base_url=self.base)
        token = re.search(r'name="csrf_token" value="([^"]+)"', form.get_data(as_text=True))
        answer = self.client.post(path, data={**fields, **({"csrf_token": token.group(1)} if token else {})}, base_url=self.base)
        hops = 0
        while answer.status_code in (302, 303, 308) and hops < 5:
            path, hops = answer.headers["Location"], hops + 1
            answer = self.client.get(path, base_url=self.base)
        return Page(answer.status_code, answer.get_data(as_text=True), answer.headers, path)
