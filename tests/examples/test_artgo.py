"""The artgo mesh: its figures are those that plain Python counts in the sources."""

import contextlib
import json
import sqlite3
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.examples.running import EXAMPLES, Built, build, intervals, simulate

from meshwright.model.time import instant, instant_text

NOW = instant("2026-11-21T14:10:00Z")
START, END = instant("2026-11-21T11:00:00Z"), instant("2026-11-21T14:00:00Z")
BOTS = ("bot", "crawler", "spider")


def run(root: Path, *options: str) -> Built:
    """Build the mesh hour by hour, from what the simulator has written below `root / "sources"`."""
    connections = simulate("artgo", root / "sources", "--now", instant_text(NOW), *options)
    return build(EXAMPLES / "artgo", connections, root / "data", intervals(START, END, timedelta(hours=1)), NOW)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("artgo")


@pytest.fixture(scope="module")
def mesh(root: Path) -> Built:
    return run(root)


@pytest.fixture(scope="module")
def events(root: Path, mesh: Built) -> list[dict[str, Any]]:  # the mesh, because its sources must be there
    """The feed's events of the three hours by people, each once."""
    files = [root / "sources" / "feed" / f"2026-11-21T{hour}.jsonl" for hour in (11, 12, 13)]
    found = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    people = [e for e in found if not any(bot in e["user_agent"].lower() for bot in BOTS)]
    return list({e["event_id"]: e for e in people}.values())


@pytest.fixture(scope="module")
def sold(root: Path, mesh: Built) -> list[dict[str, Any]]:
    """The orders that were completed in the three hours."""
    with contextlib.closing(sqlite3.connect(root / "sources" / "orders.sqlite")) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute(
            "SELECT * FROM orders WHERE completed_at >= '2026-11-21T11' AND completed_at < '2026-11-21T14' "
            "ORDER BY completed_at"
        )
        return [dict(row) for row in rows]


def test_every_check_holds(mesh: Built) -> None:
    assert mesh.failed() == set()
    assert mesh.not_ready == []
    assert {mesh.watermark(str(address)) for address in mesh.graph.order} == {END}


def test_every_sample_query_has_an_answer(mesh: Built) -> None:
    answers = dict(mesh.samples())
    assert answers
    assert [title for title, rows in answers.items() if not rows and title != "The history of an artwork"] == []


def test_events_are_those_of_people_each_once(mesh: Built, events: list[dict[str, Any]]) -> None:
    found = mesh.rows("SELECT event_id FROM e", e="engagement.events:events")
    assert sorted(found) == sorted((e["event_id"],) for e in events)


def test_engagement_is_counted_by_artwork_and_hour(mesh: Built, events: list[dict[str, Any]]) -> None:
    counted: dict[tuple[str, datetime], Counter[str]] = defaultdict(Counter)
    for event in events:
        hour = datetime.fromisoformat(event["occurred_at"]).replace(minute=0, second=0)
        counts = counted[event["artwork_id"], hour]
        counts[event["event_type"]] += 1
        counts["seconds"] += event["seconds"] or 0
    found = mesh.rows(
        "SELECT artwork_id, hour, views, likes, shares, seconds_spent, virality::DOUBLE FROM h ORDER BY ALL",
        h="engagement.artwork-engagement:hourly",
    )
    expected = [
        (artwork, hour, c["view"], c["like"], c["share"], c["seconds"])
        for (artwork, hour), c in sorted(counted.items())
    ]
    assert [row[:6] for row in found] == expected
    for _, _, views, likes, shares, _, virality in found:
        assert virality == pytest.approx((likes + 3 * shares) / (views + 10), abs=5e-5)  # type: ignore[operator]


def test_sales_are_the_completed_orders(mesh: Built, sold: list[dict[str, Any]]) -> None:
    found = mesh.rows(
        "SELECT sale_id, artwork_id, seller_id, buyer_id, price_eur * 100, currency FROM s ORDER BY sold_at, sale_id",
        s="marketplace.sales:sales",
    )
    columns = ("order_id", "artwork_id", "seller_id", "collector_id", "settled_cents", "currency")
    assert sorted(found) == sorted(tuple(order[c] for c in columns) for order in sold)


def test_no_published_column_holds_an_address_of_a_collector(mesh: Built) -> None:
    for product in mesh.graph.mesh.products:
        for port in product.outputs:
            rows = mesh.rows("SELECT t::VARCHAR FROM t", t=f"{product.address}:{port.name}")
            assert not any("@" in str(row) for row in rows), product.address


def test_the_ledger_tells_registrations_and_sales_in_the_order_of_time(
    mesh: Built, sold: list[dict[str, Any]], root: Path
) -> None:
    found = mesh.rows(
        "SELECT entry_id, owner_id, happened_at FROM e ORDER BY sequence", e="marketplace.provenance:entries"
    )
    with contextlib.closing(sqlite3.connect(root / "sources" / "orders.sqlite")) as database:
        registered = database.execute(
            "SELECT 'registered-' || artwork_id, artist_id FROM artworks "
            "WHERE registered_at >= '2026-11-21T11' AND registered_at < '2026-11-21T14'"
        ).fetchall()
    expected = registered + [(f"sold-{order['order_id']}", order["collector_id"]) for order in sold]
    assert sorted(row[:2] for row in found) == sorted(expected)
    assert [row[2] for row in found] == sorted(row[2] for row in found)  # type: ignore[type-var]


def test_each_entry_of_the_ledger_carries_the_hash_of_the_one_before(mesh: Built) -> None:
    hashes = mesh.rows("SELECT previous_hash, entry_hash FROM e ORDER BY sequence", e="marketplace.provenance:entries")
    assert [before for before, _ in hashes] == ["0" * 64, *(own for _, own in hashes[:-1])]


def test_a_dossier_names_the_owner_and_the_masters_checksum(
    mesh: Built, sold: list[dict[str, Any]], root: Path
) -> None:
    found = mesh.rows(
        "SELECT artwork_id, owner_id, times_sold, master_checksum, files FROM d",
        d="insight.provenance-dossier:dossiers",
    )
    buyers = {order["artwork_id"]: order["collector_id"] for order in sold}
    lines = (root / "sources" / "store" / "inventory" / "2026-11-21T13.csv").read_text().splitlines()[1:]
    masters = {line.split("/")[0]: line.rsplit(",", 1)[1] for line in lines if "/master." in line}
    stored = Counter(line.split("/")[0] for line in lines)
    times = Counter(order["artwork_id"] for order in sold)
    assert {row[0] for row in found} >= set(buyers)
    for artwork, owner, times_sold, checksum, files in found:
        assert owner == buyers.get(str(artwork), owner)
        assert (times_sold, checksum, files) == (times[str(artwork)], masters[str(artwork)], stored[str(artwork)])


def test_the_ranking_adds_up_to_all_views_and_all_sales(
    mesh: Built, events: list[dict[str, Any]], sold: list[dict[str, Any]]
) -> None:
    views = sum(event["event_type"] == "view" for event in events)
    ((found_views, found_sales, cents),) = mesh.rows(
        "SELECT SUM(views)::BIGINT, SUM(sales)::BIGINT, SUM(revenue_eur) * 100 FROM r",
        r="insight.trending-artists:ranking",
    )
    assert (found_views, found_sales, cents) == (views, len(sold), sum(order["settled_cents"] for order in sold))


def test_formats_add_up_to_the_inventory(mesh: Built, root: Path) -> None:
    lines = (root / "sources" / "store" / "inventory" / "2026-11-21T13.csv").read_text().splitlines()[1:]
    sizes: Counter[str] = Counter()
    recent: Counter[str] = Counter()
    for key, size, modified, _ in (line.split(",") for line in lines):
        sizes[key.rpartition(".")[2]] += int(size)
        recent[key.rpartition(".")[2]] += int(size) * (instant(modified) >= END - timedelta(hours=24))
    found = mesh.rows("SELECT format, bytes, bytes_added_24h FROM f", f="assets.asset-trends:formats")
    assert sorted(found) == sorted((kind, sizes[kind], recent[kind]) for kind in sizes)


def test_a_late_feed_holds_back_what_reads_it_and_nothing_else(tmp_path: Path) -> None:
    mesh = run(tmp_path, "--fault", "engagement=late")
    late = {str(address): mesh.watermark(str(address)) for address in mesh.graph.order}
    assert {address: watermark for address, watermark in late.items() if watermark != END} == dict.fromkeys(
        ("engagement.events", "engagement.artwork-engagement", "insight.trending-artists"),
        START + timedelta(hours=1),
    )


def test_an_unknown_currency_is_not_published(tmp_path: Path) -> None:
    mesh = run(tmp_path, "--fault", "sales=broken-check")
    assert mesh.failed() == {"currency-known"}
    assert mesh.watermark("marketplace.sales") == END - timedelta(hours=1)
    assert mesh.rows("SELECT COUNT(*) FROM s WHERE currency = 'XXX'", s="marketplace.sales:sales") == [(0,)]


def test_every_product_can_be_built_where_no_source_can_be_reached(tmp_path: Path) -> None:
    mesh = build(EXAMPLES / "artgo", {}, tmp_path, intervals(END - timedelta(hours=1), END, timedelta(hours=1)), NOW)
    assert mesh.failed() == set()
    publishes = [mesh.engine.publishes(address)[-1] for address in mesh.graph.order]
    assert all(publish.synthetic for publish in publishes)
