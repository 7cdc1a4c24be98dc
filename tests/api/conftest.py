"""What several of these files ask for: a senior carer at a tablet that seals, managers at their pages, a resident, and a backup to put back."""

from __future__ import annotations

import pytest

from server import clock
from server.records import backup
from tests.harness.sealing import Session
from tests.harness.visitor import Visitor


@pytest.fixture
def edith(home):
    return home.resident("Edith")


@pytest.fixture
def ama(home):
    return home.staff("Ama Mensah", ["senior_carer"])


@pytest.fixture
def sue(home):
    return Visitor.manager(home, ["registered_manager"], "Sue Hart")


@pytest.fixture
def nina(home):
    return Visitor.manager(home, ["nutrition_lead"], "Nina Cole")


@pytest.fixture
def priya(home):
    return Visitor.manager(home, ["duty_manager"], "Priya Shah")


@pytest.fixture
def tablet(home, ama):
    """A tablet that Ama has unlocked, and knows the home's key."""
    made = home.tablet()
    made.home_key = made.unlock(ama).json["home_key"]
    return made


@pytest.fixture
def session(tablet):
    """What that unlock made to seal with."""
    return Session(tablet.home_key, tablet.id)


@pytest.fixture
def keep(house, tmp_path):
    """Make a backup, or put it back."""
    settings, file = house.app.extensions["tidemark"], tmp_path / "kept.zip"

    def make():
        with house.app.app_context():
            return backup.make(settings, file, now_ms=clock.now_ms())

    def put_back(overwrite=True):
        with house.app.app_context():
            return backup.restore(settings, file, overwrite=overwrite, now_ms=clock.now_ms())

    make.file, make.put_back = file, put_back
    return make
