"""Alerts go to a real place, also where no channel is configured."""

import json
from pathlib import Path

import httpx

from meshwright.cli.local.receiver import Alert, Receiver


def test_an_alert_is_shown_and_kept(tmp_path: Path) -> None:
    shown: list[Alert] = []
    kept = tmp_path / "alerts.jsonl"
    with Receiver(kept, shown.append) as receiver:
        for number in (1, 2):
            assert httpx.post(receiver.url, json={"text": f"alert {number} → späť"}).status_code == 202
    assert [alert["text"] for alert in shown] == ["alert 1 → späť", "alert 2 → späť"]
    assert [json.loads(line) for line in kept.read_text().splitlines()] == shown


def test_what_is_no_json_is_refused(tmp_path: Path) -> None:
    kept = tmp_path / "alerts.jsonl"
    with Receiver(kept, lambda _: None) as receiver:
        assert httpx.post(receiver.url, content=b"{").status_code == 400
    assert not kept.exists()
