"""`mesh status ADDRESS` tells what a product has not built."""

from pathlib import Path

from tests.actions.shop import HOUR, START, open_shop

from meshwright.cli.views.status_coverage import left_lines
from meshwright.model.address import product_address

VISITS, TRENDS = (product_address(a) for a in ("signals.visits", "insight.trends"))


def test_what_is_left_is_counted_for_each_input(tmp_path: Path) -> None:
    shop = open_shop(tmp_path)
    for hour in range(3):
        shop.deliver("clicks", hour)
    shop.run(START + HOUR, 0)
    assert left_lines(shop.workspace, (VISITS, TRENDS), START + HOUR) == ()
    for hour in (1, 2):
        shop.run(START + (hour + 1) * HOUR, hour, only=("signals.clicks",))
    assert left_lines(shop.workspace, (VISITS, TRENDS), START + 4 * HOUR) == (
        "signals.visits: has not built 2 publishes of signals.clicks yet, the first 2h old",
    )
