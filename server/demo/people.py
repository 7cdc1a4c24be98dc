"""Who lives and works in the demo: homes, units, staff, residents and tablets. Every name is made up."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date

from server.demo.seeded import chance, named_id
from sync import roles as r

PROVIDER = "Larkmere Care (made up)"
ZONE = "Europe/London"
HOMES = (("Larkmere House", ("Bluebell", "Clover")), ("Tidewick Lodge", ("Harbour", "Lantern")))
# E-mail addresses under a top-level domain that is reserved for examples and never resolves.
MAIL_DOMAIN = "larkmere.example"

# (name, roles with the one that is printed first), by home. One person may hold several roles (care.md, Duties).
FLOOR = (
    (
        ("Grace Okonjo", (r.SUPPORT_WORKER,)),
        ("Lijo Varkey", (r.SUPPORT_WORKER,)),
        ("Shanice Pryce", (r.SUPPORT_WORKER,)),
        ("Marta Zielonka", (r.SUPPORT_WORKER,)),
        ("Beverley Hargreave", (r.SENIOR_CARER,)),
        ("Tendai Mukanya", (r.SENIOR_CARER,)),
        ("Joy Villareal", (r.SHIFT_LEADER, r.SENIOR_CARER)),
        ("Owen Priddy", (r.DUTY_MANAGER,)),
        ("Farida Chowdhury", (r.KEY_WORKER, r.SUPPORT_WORKER)),
        ("Nkechi Eze-Bright", (r.NUTRITION_LEAD, r.SENIOR_CARER)),
        ("Lauren Tatlow", (r.CARE_COORDINATOR, r.SENIOR_CARER)),
        ("Ioana Dragomir", (r.ROTA_COORDINATOR, r.SUPPORT_WORKER)),
        ("Michael Achterberg", (r.DEPUTY_MANAGER,)),
        ("Helen Marchbank", (r.REGISTERED_MANAGER,)),
    ),
    (
        ("Precious Tshuma", (r.SUPPORT_WORKER,)),
        ("Anil Gurungsen", (r.SUPPORT_WORKER,)),
        ("Kayleigh Rudge", (r.SUPPORT_WORKER,)),
        ("Blessing Adeyinka", (r.SENIOR_CARER,)),
        ("Dawn Entwhistle", (r.SENIOR_CARER,)),
        ("Rosalie Bautista", (r.SHIFT_LEADER, r.SENIOR_CARER)),
        ("Simon Kettleby", (r.DUTY_MANAGER,)),
        ("Amina Warsamo", (r.KEY_WORKER, r.SUPPORT_WORKER)),
        ("Jincy Kurianath", (r.NUTRITION_LEAD, r.SENIOR_CARER)),
        ("Paul Adomako", (r.CARE_COORDINATOR, r.SENIOR_CARER)),
        ("Danuta Wrobel-Kay", (r.ROTA_COORDINATOR, r.SUPPORT_WORKER)),
        ("Claire Northey", (r.DEPUTY_MANAGER,)),
        ("Samuel Oteng", (r.REGISTERED_MANAGER,)),
    ),
)
# They belong to both homes: the first home prints them, each home has a record of them.
PROVIDER_PEOPLE = (
    ("Ruth Ellingham", (r.PROVIDER_QUALITY_LEAD,)),
    ("Vikram Sahota-Lee", (r.PROVIDER_LEAD,)),
    ("Margaret Duxbury", (r.NOMINATED_INDIVIDUAL,)),
)
AGENCY = frozenset({"Marta Zielonka", "Kayleigh Rudge"})

# The first four of each home stand in a two-resident-a-unit demo too: the pair of Joans comes early on purpose.
RESIDENTS = (
    (
        ("Joan Thackeray", "female"), ("Joan Tattersley", "female"), ("Winston Braithway", "male"),
        ("Edna Moorhouse", "female"), ("Albert Sowerby", "male"), ("Kathleen Devlinny", "female"), ("Harbans Kaur", "female"),
        ("Stanley Pickup", "male"), ("Doreen Ormeshaw", "female"), ("Ivy Clutterbuck", "female"), ("Giuseppe Fantoni", "male"),
        ("Mavis Applegarth", "female"),
        ("Cyril Haddon-Wray", "male"), ("Norma Featherby", "female"), ("Zofia Malinowicz", "female"), ("Ronald Birtles", "male"),
        ("Pearl Montrose", "female"), ("Eileen Rafterty", "female"), ("Thomas Garside", "male"), ("Sheila Hopwell", "female"),
    ),
    (
        ("Margaret Swales", "female"), ("Margaret Swaine", "female"), ("Desmond Fairclaugh", "male"),
        ("Bronwen Pritchell", "female"),
        ("Arthur Nettlefold", "male"), ("Beryl Cattermole", "female"), ("Sushila Mistrey", "female"), ("Leonard Thwaite", "male"),
        ("Hyacinth Barrowe", "female"), ("Phyllis Gaukroger", "female"), ("Patrick Mulvaney", "male"),
        ("Betty Loxham", "female"),
        ("Ernest Tolliver", "male"), ("Agnes Drummoyne", "female"), ("Mei-Ling Fong", "female"), ("Reginald Oakes", "male"),
        ("Gwendoline Parfitt", "female"), ("Elsie Ramsbotham", "female"), ("Frank Sedgewick", "male"), ("Vera Whitlow", "female"),
    ),
)  # fmt: skip
# For demos of more than 40: first names and family names are combined.
MORE_FIRST = {
    "female": ("Alice", "Barbara", "Constance", "Dorothy", "Eunice", "Freda", "Gladys", "Hilda", "Irene", "Lilian"),
    "male": ("Bernard", "Clifford", "Derek", "Eric", "Gordon", "Harold", "Jack", "Kenneth", "Maurice", "Norman"),
}
MORE_LAST = (
    "Ackersley", "Blenkin", "Cawthra", "Dowbiggin", "Eastham", "Fothergale", "Gillibrand", "Hindley", "Inskip", "Jagger", "Kershaw",
    "Lumley", "Mapplebeck", "Nuttall", "Openshaw", "Postle", "Quayle", "Rushton", "Stansfield", "Tunnicliff", "Utley", "Varley",
)  # fmt: skip
PASSWORD_WORDS = (
    "amber", "beacon", "cobble", "drift", "ember", "fathom", "gull", "heron", "kelp", "lantern", "mooring", "pebble", "shingle",
    "tide",
)  # fmt: skip
MOST_RESIDENTS = 400
FEWEST_RESIDENTS = 4


@dataclass(frozen=True)
class StaffMember:
    """One member of staff of one home. `role` is the first of `roles`: the one that is printed."""

    id: uuid.UUID
    name: str
    roles: tuple[str, ...]
    pin: str
    agency: bool
    printed: bool
    email: str | None
    password: str | None

    @property
    def role(self) -> str:
        return self.roles[0]

    def holds(self, *wanted: str) -> bool:
        return not set(self.roles).isdisjoint(wanted)


@dataclass(frozen=True)
class Resident:
    """One resident. `place` counts from 0 within the home and says which plan the person has (plans.py)."""

    id: uuid.UUID
    plan_id: uuid.UUID
    name: str
    sex: str
    born: date
    room: str
    unit: str
    place: int


@dataclass(frozen=True)
class Tablet:
    """A tablet or phone of a home. `ahead_ms` is how far its clock is ahead of the true time."""

    id: uuid.UUID
    name: str
    unit: str | None
    ahead_ms: int


@dataclass(frozen=True, eq=False)
class DemoHome:
    """One home of the demo, as the seed makes it. Compared by identity: it is made once a run and used as a key."""

    number: int
    id: uuid.UUID
    name: str
    units: tuple[str, ...]
    staff: tuple[StaffMember, ...]
    residents: tuple[Resident, ...]
    tablets: tuple[Tablet, ...]
    people: dict[uuid.UUID, StaffMember] = field(compare=False, default_factory=dict)

    def with_role(self, *wanted: str) -> list[StaffMember]:
        return [person for person in self.staff if person.holds(*wanted)]

    def first(self, role: str) -> StaffMember:
        """The person whose own role it is."""
        return next(person for person in self.staff if person.role == role)

    def tablet_of(self, unit: str | None) -> Tablet:
        """The unit's own tablet; for None the office tablet (the on-call phone is the last of `tablets`)."""
        return next(tablet for tablet in self.tablets if tablet.unit == unit)


def provider_id(seed: int) -> uuid.UUID:
    return named_id(seed, "provider")


def make_homes(seed: int, residents: int) -> tuple[DemoHome, ...]:
    """The demo's two homes with this many residents between them."""
    return tuple(_home(seed, number, _share(residents, number)) for number in range(len(HOMES)))


def _share(residents: int, number: int) -> int:
    return residents // len(HOMES) + (1 if number < residents % len(HOMES) else 0)


def _home(seed: int, number: int, how_many: int) -> DemoHome:
    name, units = HOMES[number]
    staff = tuple(
        _staff_member(seed, number, person, roles, printed)
        for people, printed in ((FLOOR[number], True), (PROVIDER_PEOPLE, number == 0))
        for person, roles in people
    )
    return DemoHome(
        number=number,
        id=named_id(seed, "home", number),
        name=name,
        units=units,
        staff=staff,
        residents=tuple(_resident(seed, number, units, place, how_many) for place in range(how_many)),
        tablets=_tablets(seed, number, units),
        people={person.id: person for person in staff},
    )


def _staff_member(seed: int, number: int, name: str, roles: tuple[str, ...], printed: bool) -> StaffMember:
    luck = chance(seed, "secret", name)
    pin, password = f"{luck.randrange(10**6):06d}", _password(luck)
    account = not r.MANAGERS.isdisjoint(roles)
    return StaffMember(
        id=named_id(seed, "staff", number, name),
        name=name,
        roles=roles,
        pin=pin,
        agency=name in AGENCY,
        printed=printed,
        email=f"{name.lower().replace(' ', '.')}@{MAIL_DOMAIN}" if account else None,
        password=password if account else None,
    )


def _password(luck) -> str:
    return "-".join([*luck.sample(PASSWORD_WORDS, 3), str(luck.randrange(10, 100))])


def _resident(seed: int, number: int, units: tuple[str, ...], place: int, how_many: int) -> Resident:
    luck = chance(seed, "resident", number, place)
    named = RESIDENTS[number]
    name, sex = named[place] if place < len(named) else _another_name(place - len(named), number)
    unit = units[place * len(units) // how_many]
    return Resident(
        id=named_id(seed, "resident", number, place),
        plan_id=named_id(seed, "plan", number, place),
        name=name,
        sex=sex,
        born=date(luck.randrange(1930, 1949), luck.randrange(1, 13), luck.randrange(1, 29)),
        room=str(place + 1),
        unit=unit,
        place=place,
    )


def _another_name(further: int, number: int) -> tuple[str, str]:
    sex = "male" if further % 3 == 2 else "female"
    firsts = MORE_FIRST[sex]
    first = firsts[(further // 3 + further + 5 * number) % len(firsts)]
    last = MORE_LAST[(further * 7 + number * 11 + further // len(MORE_LAST)) % len(MORE_LAST)]
    return f"{first} {last}", sex


def _tablets(seed: int, number: int, units: tuple[str, ...]) -> tuple[Tablet, ...]:
    luck = chance(seed, "tablets", number)
    named = [(f"{unit} tablet", unit) for unit in units] + [("Office tablet", None), ("On-call phone", None)]
    return tuple(
        Tablet(id=named_id(seed, "tablet", number, name), name=name, unit=unit, ahead_ms=luck.randrange(-2_500, 2_500))
        for name, unit in named
    )
