"""Long work says how far it has come, on stderr only; what is soon done says nothing."""

import time

import pytest

from meshwright.cli.ticker import Ticker
from meshwright.model.progress import LISTENER, Step, counted


def heard(monkeypatch: pytest.MonkeyPatch, ticker: Ticker, seconds: float) -> None:
    """Let the ticker hear of things that take so many seconds each."""
    clock = [time.monotonic()]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    token = LISTENER.set(ticker)
    try:
        for _ in counted("verifying files", range(3000), 3000):
            clock[0] += seconds
    finally:
        LISTENER.reset(token)


def test_in_a_log_there_is_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(monkeypatch, Ticker(terminal=False), 0.01)
    told = capsys.readouterr()
    assert told.out == ""
    assert 2 <= len(told.err.splitlines()) <= 3
    assert told.err.startswith("• verifying files: 1,0")
    assert "of 3,000\n" in told.err


def test_on_a_terminal_one_line_is_rewritten_and_gone_at_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(monkeypatch, Ticker(terminal=True), 0.01)
    told = capsys.readouterr()
    assert told.out == ""
    assert "\n" not in told.err
    assert told.err.endswith("of 3,000\r\x1b[K")


@pytest.mark.parametrize("terminal", [True, False])
def test_what_is_soon_done_is_not_spoken_of(
    terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(monkeypatch, Ticker(terminal=terminal), 0.0001)
    assert capsys.readouterr().err == ""


def test_what_fails_half_way_leaves_no_line_behind() -> None:
    steps: list[Step] = []
    token = LISTENER.set(steps.append)
    try:
        with pytest.raises(ZeroDivisionError):
            for _ in counted("dividing", (1 / n for n in (2, 1, 0)), 3):
                pass
    finally:
        LISTENER.reset(token)
    assert [(s.done, s.is_over) for s in steps] == [(0, False), (1, False), (2, True)]
