"""Artgo's operational sources: an hourly event feed, an asset store with its inventory, an orders database.

What exists at an instant is a function of the seed, the hour of the start and that instant alone. So one call,
`deliver(now)`, writes the history and, called again and again, the present; a fault is no more than a source that
delivers something else, or later.
"""

import argparse
import base64
import hashlib
import json
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

HOUR = timedelta(hours=1)
HISTORY = 24 * HOUR  # how long the platform has been in business when the simulator starts

LATENESS = 2 * HOUR

LATE, MISSING, BROKEN = "engagement=late", "inventory=missing", "sales=broken-check"
FAULTS = {
    LATE: "the event feed comes two hours late",
    MISSING: "the inventories of the last two full hours, and all after them, are not written",
    BROKEN: "since the last full hour, orders are in a currency that nobody knows",
}
UNITS = {"s": 1, "m": 60, "h": 3600}

ARTISTS = (
    "Ana Petrović", "Bo Lindgren", "Chidi Nwosu", "Dina Haddad", "Emil Novák", "Fatou Sarr", "Gael Moreau", "Hana Sato",
    "Iris de Wit", "João Braga", "Kei Tanaka", "Lena Vogel", "Mateo Ruiz", "Noor Rahimi", "Oona Virtanen", "Pia Rossi",
)  # fmt: skip
COLLECTORS = 40
FOUNDING_ARTWORKS = 60
MOODS = ("Quiet", "Burning", "Folded", "Borrowed", "Electric", "Salted", "Northern", "Unfinished", "Golden", "Slow")
MOTIFS = ("Harbour", "Orchard", "Signal", "Staircase", "Weather", "Portrait", "Garden", "Machine", "River", "Window")
MEDIUMS = {"illustration": "png", "photograph": "tiff", "animation": "mp4", "sculpture": "glb"}
THUMBNAIL = 16  # pixels in each direction
BROWSERS = ("Firefox/146.0", "Chrome/151.0", "Safari/20.1", "ArtgoApp/7.3")
BOTS = ("Googlebot/2.1", "bingbot/2.0", "SemanticCrawler/0.4", "price-spider/3")

SCHEMA = """
CREATE TABLE artists (artist_id TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE collectors (collector_id TEXT PRIMARY KEY, email TEXT NOT NULL);
CREATE TABLE artworks (artwork_id TEXT PRIMARY KEY, artist_id TEXT NOT NULL, title TEXT NOT NULL, medium TEXT NOT NULL,
                       registered_at TEXT NOT NULL);
CREATE TABLE orders (order_id TEXT PRIMARY KEY, artwork_id TEXT NOT NULL, seller_id TEXT NOT NULL,
                     collector_id TEXT NOT NULL, collector_email TEXT NOT NULL, settled_cents INTEGER NOT NULL,
                     currency TEXT NOT NULL, placed_at TEXT NOT NULL, completed_at TEXT);
"""

INSERTS = {
    "artists": "INSERT OR REPLACE INTO artists VALUES (?, ?)",
    "collectors": "INSERT OR REPLACE INTO collectors VALUES (?, ?)",
    "artworks": "INSERT OR REPLACE INTO artworks VALUES (?, ?, ?, ?, ?)",
    "orders": "INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
}

Row = tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True)
class Artwork:
    """What an artist registered. `appeal` is how many times more people look at it than at the least of all."""

    artwork_id: str
    artist_id: str
    title: str
    medium: str
    registered_at: datetime
    appeal: float


@dataclass(frozen=True, slots=True)
class Asset:
    """A file in the store."""

    key: str
    content: bytes
    checksum: str
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """What a visitor did, and when the feed heard of it. Only views last."""

    event_id: str
    event_type: str
    artwork_id: str
    visitor_id: str
    user_agent: str
    seconds: int | None
    occurred_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """A collector's order: completed within the hour, or never."""

    order_id: str
    artwork_id: str
    seller_id: str
    collector_id: str
    collector_email: str
    settled_cents: int
    currency: str
    placed_at: datetime
    completed_at: datetime | None


class World:
    """All that ever happens on the platform, made hour by hour. The same seed and start make the same world."""

    def __init__(self, seed: int, start: datetime) -> None:
        self.seed = seed
        self.opened_at = start - HISTORY
        self.next_hour = self.opened_at
        self.artworks: list[Artwork] = []
        self.assets: list[Asset] = []
        self.events: list[Event] = []
        self.orders: list[Order] = []
        self._owners: dict[str, str] = {}
        chance = self._chance("founding")
        for _ in range(FOUNDING_ARTWORKS):
            self._register(chance, self.opened_at - chance.uniform(1, 30 * 24) * HOUR)

    def advance(self, now: datetime) -> None:
        """Let happen whatever begins up to `now`, to the end of its hour."""
        while self.next_hour <= now:
            hour, self.next_hour = self.next_hour, self.next_hour + HOUR
            chance = self._chance(hour.isoformat())
            known = list(self.artworks)
            self.events.extend(self._visits(chance, hour, known))
            self.orders.extend(self._trade(chance, hour, known))
            for _ in range(2):
                self._register(chance, _moment(chance, hour, minutes=55))
            self._upload(chance, chance.choice(known).artwork_id, f"edition-{hour:%Y%m%d%H}.webp", hour)

    def thumbnail(self, artwork_id: str) -> str:
        """Return a work's smallest picture, RGB in base64: strokes of a few paints, and what the brush left between."""
        chance = self._chance(artwork_id)
        paints = [[chance.randrange(256) for _ in "rgb"] for _ in range(chance.randrange(3, 7))]
        strokes = chance.choices(paints, [1 / n for n in range(1, len(paints) + 1)], k=THUMBNAIL * THUMBNAIL)
        return base64.b64encode(bytes(min(255, c + chance.randrange(8)) for paint in strokes for c in paint)).decode()

    def _chance(self, about: str) -> random.Random:
        return random.Random(f"{self.seed}/{about}")

    def _register(self, chance: random.Random, at: datetime) -> None:
        at = at.replace(microsecond=0)
        artwork = Artwork(
            artwork_id=f"artwork-{len(self.artworks) + 1:04}",
            artist_id=f"artist-{chance.randrange(len(ARTISTS)) + 1:02}",
            title=f"{chance.choice(MOODS)} {chance.choice(MOTIFS)}",
            medium=chance.choice(list(MEDIUMS)),
            registered_at=at,
            appeal=min(chance.paretovariate(1.1), 40),
        )
        self.artworks.append(artwork)
        self._owners[artwork.artwork_id] = artwork.artist_id
        for name in (f"master.{MEDIUMS[artwork.medium]}", "preview.webp", "thumbnail.jpg"):
            self._upload(chance, artwork.artwork_id, name, at)

    def _upload(self, chance: random.Random, artwork_id: str, name: str, after: datetime) -> None:
        size = {"master": 48_000, "thumbnail": 2_000}.get(name.partition(".")[0], 12_000)
        content = chance.randbytes(round(size * chance.uniform(0.5, 1.5)))
        at = after + timedelta(seconds=chance.randrange(5, 60))
        self.assets.append(Asset(f"{artwork_id}/{name}", content, hashlib.sha256(content).hexdigest(), at))

    def _visits(self, chance: random.Random, hour: datetime, known: list[Artwork]) -> Iterator[Event]:
        appeal = [artwork.appeal * chance.lognormvariate(0, 0.5) for artwork in known]
        for artwork in chance.choices(known, appeal, k=chance.randrange(350, 450)):
            kind = chance.choices(("view", "like", "share"), (80, 15, 5))[0]
            occurred_at = _moment(chance, hour)
            is_bot, is_late, is_twice = (chance.random() < share for share in (0.12, 0.03, 0.02))
            lag = timedelta(minutes=chance.randrange(20, 80)) if is_late else timedelta(seconds=chance.randrange(4))
            event = Event(
                event_id=f"{chance.getrandbits(64):016x}",
                event_type=kind,
                artwork_id=artwork.artwork_id,
                visitor_id=f"visitor-{chance.randrange(900) + 1:03}",
                user_agent=chance.choice(BOTS if is_bot else BROWSERS),
                seconds=1 + int(chance.expovariate(1 / 25)) if kind == "view" else None,
                occurred_at=occurred_at,
                received_at=occurred_at + lag,
            )
            yield event
            if is_twice:
                again = event.received_at + timedelta(seconds=chance.randrange(1, 2400))
                yield Event(**{**asdict(event), "received_at": again})

    def _trade(self, chance: random.Random, hour: datetime, known: list[Artwork]) -> Iterator[Order]:
        for number, artwork in enumerate(chance.sample(known, k=chance.randrange(6, 11))):
            placed_at = _moment(chance, hour, minutes=50)
            completed_at = placed_at + timedelta(seconds=chance.randrange(20, 480))
            seller_id = self._owners[artwork.artwork_id]
            buyer = chance.choice([n for n in range(1, COLLECTORS + 1) if _collector(n) != seller_id])
            is_completed = chance.random() < 0.9
            yield Order(
                order_id=f"order-{hour:%Y%m%d%H}-{number:02}",
                artwork_id=artwork.artwork_id,
                seller_id=seller_id,
                collector_id=_collector(buyer),
                collector_email=_email(buyer),
                settled_cents=round(4_000 * artwork.appeal**0.5 * chance.lognormvariate(0, 0.4)),
                currency=chance.choices(("EUR", "USD", "GBP"), (6, 3, 1))[0],
                placed_at=placed_at,
                completed_at=completed_at if is_completed else None,
            )
            if is_completed:
                self._owners[artwork.artwork_id] = _collector(buyer)


class Sources:
    """The platform's systems, as files below one folder. `faults` says until when each of them lasts."""

    def __init__(self, root: Path, seed: int, start: datetime, faults: dict[str, datetime]) -> None:
        self.feed, self.store, self.database = root / "feed", root / "store", root / "orders.sqlite"
        self.start = _hour(start)
        self.faults = faults
        self.world = World(seed, self.start)
        self._there: dict[Path, bool] = {}
        self._rows: set[tuple[str, Row]] = set()

    def connections(self) -> dict[str, str]:
        """Return the URL of each source, by the name that the manifests know it by."""
        return {
            "event-feed": self.feed.as_uri(),
            "asset-store": self.store.as_uri(),
            "orders-db": f"sqlite:///{self.database}",
        }

    def deliver(self, now: datetime) -> None:
        """Make every source hold what it should at `now`."""
        self.world.advance(now)
        for asset in self.world.assets:
            self._keep(self.store / asset.key, lambda a=asset: a.content, is_there=asset.uploaded_at <= now)
        feed_due = _hour(now - LATENESS if self._suffers(LATE, now) else now)
        inventory_due = self.start - LATENESS if self._suffers(MISSING, now) else _hour(now)
        hour = self.world.opened_at
        while hour < _hour(now):
            feed, inventory = self.feed / f"{_stem(hour)}.jsonl", self.store / "inventory" / f"{_stem(hour)}.csv"
            thumbnails = self.store / "thumbnails" / f"{_stem(hour)}.jsonl"
            self._keep(feed, lambda h=hour: self._events_of(h), is_there=hour < feed_due)
            self._keep(thumbnails, lambda h=hour: self._thumbnails_of(h), is_there=hour < _hour(now))
            self._keep(inventory, lambda h=hour: self._inventory_of(h), is_there=hour < inventory_due)
            hour += HOUR
        self._fill_database(now)

    def _suffers(self, fault: str, now: datetime) -> bool:
        return fault in self.faults and now < self.faults[fault]

    def _keep(self, path: Path, content: Callable[[], bytes], *, is_there: bool) -> None:
        """Bring a file into being, or out of it, so that no reader ever sees half of it."""
        if self._there.get(path) is is_there:
            return
        self._there[path] = is_there
        if not is_there:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.tmp")
        unfinished.write_bytes(content())
        unfinished.replace(path)

    def _events_of(self, hour: datetime) -> bytes:
        heard = sorted((e for e in self.world.events if _hour(e.received_at) == hour), key=lambda e: e.received_at)
        return "".join(json.dumps(asdict(e), default=_text) + "\n" for e in heard).encode()

    def _inventory_of(self, hour: datetime) -> bytes:
        listed = [a for a in self.world.assets if a.uploaded_at < hour + HOUR]
        lines = (f"{a.key},{len(a.content)},{_text(a.uploaded_at)},{a.checksum}\n" for a in listed)
        return ("key,size,last_modified,sha256\n" + "".join(lines)).encode()

    def _thumbnails_of(self, hour: datetime) -> bytes:
        works = [w for w in self.world.artworks if w.registered_at < hour + HOUR]
        lines = ({"artwork_id": w.artwork_id, "pixels": self.world.thumbnail(w.artwork_id)} for w in works)
        return "".join(json.dumps(line) + "\n" for line in lines).encode()

    def _fill_database(self, now: datetime) -> None:
        """Write what is new or has changed, in one transaction; the first time, the whole database at once."""
        is_first = not self._rows
        rows = set(self._rows_at(now))
        path = self.database.with_suffix(".tmp") if is_first else self.database
        if is_first:
            path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as connection, connection:
            if is_first:
                connection.executescript(SCHEMA)
            for table, row in sorted(rows - self._rows, key=str):
                connection.execute(INSERTS[table], row)
        if is_first:
            path.replace(self.database)
        self._rows = rows

    def _rows_at(self, now: datetime) -> Iterator[tuple[str, Row]]:
        for number, name in enumerate(ARTISTS, start=1):
            yield "artists", (f"artist-{number:02}", name)
        for number in range(1, COLLECTORS + 1):
            yield "collectors", (_collector(number), _email(number))
        for work in self.world.artworks:
            if work.registered_at <= now:
                yield "artworks", (work.artwork_id, work.artist_id, work.title, work.medium, _text(work.registered_at))
        for order in self.world.orders:
            if order.placed_at <= now:
                yield "orders", self._order(order, now)

    def _order(self, order: Order, now: datetime) -> Row:
        is_spoilt = self._suffers(BROKEN, now) and order.placed_at >= self.start - HOUR
        is_completed = order.completed_at is not None and order.completed_at <= now
        return (
            order.order_id,
            order.artwork_id,
            order.seller_id,
            order.collector_id,
            order.collector_email,
            order.settled_cents,
            "XXX" if is_spoilt else order.currency,
            _text(order.placed_at),
            _text(order.completed_at) if is_completed else None,
        )


def main() -> None:
    """Write the sources up to now, say where they are, and keep them going."""
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    began = time.monotonic()
    start = arguments.now or datetime.fromtimestamp(time.time(), UTC)
    faults = {name: start + length for name, length in arguments.fault}
    sources = Sources(arguments.into.resolve(), arguments.seed, start, faults)
    sources.deliver(start)
    print(json.dumps({"ready": True, "connections": sources.connections()}), flush=True)
    with suppress(KeyboardInterrupt):
        while not arguments.once:
            time.sleep(1)
            sources.deliver(start + timedelta(seconds=time.monotonic() - began))


def _hour(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)


def _stem(hour: datetime) -> str:
    return f"{hour:%Y-%m-%dT%H}"


def _text(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _moment(chance: random.Random, hour: datetime, minutes: int = 60) -> datetime:
    return hour + timedelta(seconds=chance.randrange(minutes * 60))


def _collector(number: int) -> str:
    return f"collector-{number:02}"


def _email(number: int) -> str:
    return f"collector.{number:02}@mail.example"


def _instant(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _fault(text: str) -> tuple[str, timedelta]:
    """Read `engagement=late`, which lasts, or `engagement=late:120s`, which ends."""
    name, _, length = text.partition(":")
    if name not in FAULTS:
        known = "; ".join(f"{fault}: {meaning}" for fault, meaning in FAULTS.items())
        raise argparse.ArgumentTypeError(f"there is no fault `{name}`. {known}")
    return name, timedelta(seconds=float(length[:-1]) * UNITS[length[-1]]) if length else timedelta(days=365)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Play the operational sources of artgo.")
    parser.add_argument("--into", type=Path, required=True, metavar="DIR", help="where the sources are written")
    parser.add_argument("--seed", type=int, default=7, help="another seed is another world (default: 7)")
    parser.add_argument("--now", type=_instant, metavar="ISO", help="where the clock starts (default: now)")
    parser.add_argument(
        "--fault", type=_fault, action="append", default=[], metavar="NAME[:LENGTH]",
        help=f"one of {', '.join(FAULTS)}; with a length such as 120s it ends",
    )  # fmt: skip
    going_on = parser.add_mutually_exclusive_group()
    going_on.add_argument("--once", action="store_true", help="write the history and end")
    going_on.add_argument("--follow", action="store_true", help="keep going until SIGTERM (default)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
