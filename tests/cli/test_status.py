"""mesh status and mesh monitor, as they are typed."""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.actions.shop import Shop, open_shop
from tests.oncall.servers import http_receiver

from meshwright.cli.main import mesh


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop that was deployed long ago and has published nothing since."""
    return open_shop(tmp_path)


def typed(shop: Shop, *words: str) -> Result:
    variables = {"MESH_KEYS": str(shop.folder / "keys")}
    return CliRunner().invoke(mesh, [*words, "--mesh", str(shop.workspace.root)], env=variables, catch_exceptions=False)


def test_status_lists_every_product_with_its_state_and_why(shop: Shop) -> None:
    lines = typed(shop, "status").stdout.splitlines()
    assert lines[0].split() == [
        "PRODUCT",
        "STATE",
        "LAST",
        "PUBLISH",
        "ROWS",
        "TOOK",
        "COMPLETE",
        "UP",
        "TO",
        "PROMISES",
    ]
    assert lines[1].split() == ["insight.trends", "broken", "never", "freshness", "broken,", "quality:", "no", "data"]
    assert lines[2].split() == ["signals.clicks", "noData", "never"]
    assert "insight.trends: freshness: nothing has landed since it was deployed" in lines


@pytest.mark.parametrize(("address", "found"), [("stock", 2), ("stock.shelf", 1)], ids=["a domain", "a product"])
def test_status_shows_what_is_asked_for(shop: Shop, address: str, found: int) -> None:
    assert len(json.loads(typed(shop, "status", address, "--format", "json").stdout)) == found


def test_monitor_once_counts_what_it_found(shop: Shop) -> None:
    counted = json.loads(typed(shop, "monitor", "--once", "--format", "json").stdout)
    assert counted == {
        "kept": 0,
        "broken": 3,
        "noData": 3,
        "incidents": 2,
        "synced": 0,
        "sent": 0,
        "owed": 0,
        "dead": 0,
    }


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["terminated", "interrupted"])
def test_monitor_looks_until_it_is_told_to_stop(shop: Shop, number: signal.Signals) -> None:
    with http_receiver() as received:
        process = subprocess.Popen(
            [sys.executable, "-c", "from meshwright.cli.main import main; main()", "monitor", "--interval", "1s"],
            cwd=shop.workspace.root,
            env={
                **os.environ,
                "MESH_KEYS": str(shop.folder / "keys"),
                "MESH_WEBHOOK": received.url,
                "MESH_LOG_FORMAT": "json",
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        said: list[str] = []
        while not any("ticked" in line for line in said):
            waiting = select.poll()  # unlike `select`, of any number of open files
            waiting.register(process.stderr, select.POLLIN)
            assert waiting.poll(60_000), said
            said.append(process.stderr.readline())
        process.send_signal(number)
        rest, _ = process.stderr.read(), process.wait(timeout=30)
        process.stderr.close()
    assert process.returncode == 0
    lines = [json.loads(line) for line in [*said, *rest.splitlines()]]
    ticked = next(line for line in lines if line["message"].startswith("ticked"))
    assert "3 broken" in ticked["message"]
    assert ticked["environment"] == "local"
    assert lines[-1]["message"] == "the monitor has stopped"
    assert {body["event"] for body in received.bodies} == {"opened"}


def test_an_interval_that_is_none_is_explained(shop: Shop) -> None:
    outcome = typed(shop, "monitor", "--interval", "soon")
    assert (outcome.exit_code, "is not a length of time" in outcome.stderr) == (2, True)
