"""Promises: from how far back each port's facts are needed."""

from datetime import UTC, datetime, time, timedelta

from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Freshness, LandingBy
from meshwright.slo.budget import WINDOW
from meshwright.slo.promises import Promised, windows

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
FRESH = Freshness(timedelta(hours=2), Ratio.parse("99%"))


def test_facts_are_read_from_as_far_back_as_each_promise_looks() -> None:
    often, rarely, daily = (PortAddress(ProductAddress("d", name), "out", 1) for name in ("often", "rarely", "daily"))
    landing = LandingBy(time(7), "UTC", None, Ratio.parse("99%"))
    found = windows({often: Promised((FRESH,)), rarely: Promised(()), daily: Promised((FRESH, landing))}, NOW)
    hundredth = datetime(2025, 12, 1, tzinfo=UTC)
    assert found == {NOW - WINDOW: [often, rarely], hundredth: [daily]}
