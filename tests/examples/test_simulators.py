"""The simulators: what they write depends on the seed and the clock alone, and a fault is only a source's own."""

import contextlib
import hashlib
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.examples.running import EXAMPLES, simulate

NOW = "2026-11-21T14:10:00Z"
HOURS = ["2026-11-21T11", "2026-11-21T12", "2026-11-21T13"]


def feed(root: Path) -> list[str]:
    return sorted(path.stem for path in (root / "feed").iterdir())


def inventories(root: Path) -> list[str]:
    return sorted(path.stem for path in (root / "store" / "inventory").iterdir())


def contents(root: Path) -> dict[str, bytes]:
    """Return every file that is no database."""
    files = (path for path in sorted(root.rglob("*")) if path.is_file() and path.suffix != ".sqlite")
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def orders(root: Path) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(root / "orders.sqlite")) as database:
        return database.execute("SELECT * FROM orders ORDER BY order_id").fetchall()


@pytest.fixture(scope="module")
def artgo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("artgo")
    simulate("artgo", into, "--now", NOW)
    return into


def test_the_same_seed_and_clock_make_the_same_sources(artgo: Path, tmp_path: Path) -> None:
    simulate("artgo", tmp_path, "--now", NOW)
    assert contents(tmp_path) == contents(artgo)
    assert orders(tmp_path) == orders(artgo)


def test_another_seed_makes_others(artgo: Path, tmp_path: Path) -> None:
    simulate("artgo", tmp_path, "--now", NOW, "--seed", "8")
    assert contents(tmp_path) != contents(artgo)


def test_every_hour_that_is_over_has_its_files_and_no_other(artgo: Path) -> None:
    assert len(feed(artgo)) == len(inventories(artgo)) == 24
    assert feed(artgo)[-3:] == inventories(artgo)[-3:] == HOURS


def test_what_was_being_written_is_never_left_behind(artgo: Path) -> None:
    assert [name for name in contents(artgo) if name.endswith(".tmp")] == []


def test_the_inventory_tells_the_size_and_the_checksum_of_the_real_files(artgo: Path) -> None:
    header, *lines = (artgo / "store" / "inventory" / "2026-11-21T13.csv").read_text().splitlines()
    assert header == "key,size,last_modified,sha256"
    for key, size, _, checksum in (line.split(",") for line in lines):
        content = (artgo / "store" / key).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (int(size), checksum)


def test_the_feed_has_bots_duplicates_and_late_events(artgo: Path) -> None:
    events = [json.loads(line) for path in (artgo / "feed").iterdir() for line in path.read_text().splitlines()]
    times_sent = Counter(event["event_id"] for event in events)
    assert set(times_sent.values()) == {1, 2}
    assert any("bot" in event["user_agent"].lower() for event in events)
    assert any(event["occurred_at"][:13] < event["received_at"][:13] for event in events)
    assert all(event["occurred_at"] <= event["received_at"] for event in events)


def test_an_event_is_in_the_file_of_the_hour_that_heard_of_it(artgo: Path) -> None:
    for path in (artgo / "feed").iterdir():
        received = [json.loads(line)["received_at"] for line in path.read_text().splitlines()]
        assert {instant[:13] for instant in received} == {path.stem}
        assert received == sorted(received)


def test_a_seller_owns_what_he_sells(artgo: Path) -> None:
    owners: dict[object, object] = {}
    completed = sorted((row for row in orders(artgo) if row[-1]), key=lambda row: str(row[-1]))
    for _, artwork, seller, collector, *_ in completed:
        assert owners.get(artwork, seller) == seller != collector
        owners[artwork] = collector


def test_a_late_feed_lacks_the_last_two_hours_and_nothing_else(artgo: Path, tmp_path: Path) -> None:
    simulate("artgo", tmp_path, "--now", NOW, "--fault", "engagement=late")
    whole = contents(artgo)
    late = {f"feed/{hour}.jsonl" for hour in HOURS[1:]}
    assert contents(tmp_path) == {name: content for name, content in whole.items() if name not in late}
    assert orders(tmp_path) == orders(artgo)


def test_a_fault_takes_away_what_an_earlier_start_has_left(tmp_path: Path) -> None:
    simulate("artgo", tmp_path, "--now", NOW)
    simulate("artgo", tmp_path, "--now", NOW, "--fault", "engagement=late", "--fault", "inventory=missing")
    assert feed(tmp_path)[-1] == inventories(tmp_path)[-1] == HOURS[0]


def test_a_broken_check_spoils_the_last_hour_of_sales(artgo: Path, tmp_path: Path) -> None:
    simulate("artgo", tmp_path, "--now", NOW, "--fault", "sales=broken-check")
    spoilt = [row for row in orders(tmp_path) if row not in orders(artgo)]
    assert spoilt
    assert {row[6] for row in spoilt} == {"XXX"}
    assert min(str(row[7]) for row in spoilt) >= "2026-11-21T13"


def test_an_unknown_fault_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    command = [
        sys.executable,
        str(EXAMPLES / "artgo" / "simulator.py"),
        "--into",
        str(tmp_path),
        "--fault",
        "moon=full",
    ]
    refused = subprocess.run(command, check=False, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "there is no fault `moon=full`" in refused.stderr
    assert "engagement=late" in refused.stderr


@contextlib.contextmanager
def following(example: str, into: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    """Keep a simulator going, from the line that says it is ready."""
    command = [sys.executable, str(EXAMPLES / example / "simulator.py"), "--into", str(into), "--follow", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert json.loads(process.stdout.readline())["ready"] is True
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0


def eventually(happens: object, seconds: float = 10) -> bool:
    assert callable(happens)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.05)
    return False


def test_a_new_hour_brings_new_files(tmp_path: Path) -> None:
    with following("artgo", tmp_path, "--now", "2026-11-21T13:59:58Z"):
        assert feed(tmp_path)[-1] == "2026-11-21T12"
        assert eventually(lambda: feed(tmp_path)[-1] == inventories(tmp_path)[-1] == "2026-11-21T13")


def test_a_fault_with_a_length_ends(tmp_path: Path) -> None:
    with following("artgo", tmp_path, "--now", NOW, "--fault", "engagement=late:1s"):
        assert eventually(lambda: feed(tmp_path)[-1] == HOURS[-1])


def test_the_days_of_flights_are_the_datasets_own_lines(tmp_path: Path) -> None:
    simulate("flights", tmp_path)
    days = sorted((tmp_path / "operations" / "flights").iterdir())
    assert [(day.stem, len(day.read_text().splitlines()) - 1) for day in days] == [
        ("2013-01-01", 842),
        ("2013-01-02", 943),
        ("2013-01-03", 914),
    ]
    assert days[0].read_text().splitlines()[1].startswith("2013,1,1,517,515,2,830,819,11,UA,1545,N14228,EWR,IAH,")


def test_all_days_hold_the_whole_year_and_the_last_of_them_has_no_weather(tmp_path: Path) -> None:
    simulate("flights", tmp_path, "--days", "all")
    flights = [path.read_bytes().count(b"\n") - 1 for path in (tmp_path / "operations" / "flights").iterdir()]
    weather = {path.stem: path.read_bytes().count(b"\n") - 1 for path in (tmp_path / "weather").iterdir()}
    assert (len(flights), sum(flights)) == (365, 336_776)
    assert (len(weather), sum(weather.values()), weather["2013-12-31"]) == (365, 26_115, 0)


def test_late_weather_lacks_the_last_two_days_until_it_comes(tmp_path: Path) -> None:
    weather = tmp_path / "weather"
    with following("flights", tmp_path, "--fault", "weather=late:1s"):
        assert [path.stem for path in weather.iterdir()] == ["2013-01-01"]
        assert eventually(lambda: len(list(weather.glob("2013*.csv"))) == 3)
    assert len(list((tmp_path / "operations" / "flights").iterdir())) == 3
