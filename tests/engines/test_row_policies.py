"""People see the rows of a table that they are granted; those who build and check it see all. Only BigQuery hides rows.

The emulator knows who asks by a header, which a proxy before it adds. That a table's last policy goes is asserted as a
request (tests/engine/bigquery/test_grants.py): the emulator has no word for it.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.engines.emulator import PROJECT
from tests.engines.shop import Shop
from tests.engines.slow import Answer, Headers, Slow, serving

from meshwright.engine.bigquery.grants import grant
from meshwright.engine.registry import open_engine
from meshwright.model.identity import Secret
from meshwright.model.offer import RowGrant
from meshwright.model.product import DataProduct, PublishMode

pytestmark = pytest.mark.xdist_group("bigquery")

ACCOUNT = "serviceAccount:mesh@acme.iam.gserviceaccount.com"


@dataclass
class Asking(Slow):
    """Stands before an emulator, and says who asks."""

    member: str = ACCOUNT
    groups: str = ""

    def answer(self, method: str, path: str, content: bytes, headers: Headers) -> Answer:
        if path.partition("?")[0].endswith(":getIamPolicy"):
            return 200, b"{}", {"Content-Type": "application/json"}
        who = {"X-Bqemu-Caller": self.member, "X-Bqemu-Groups": self.groups}
        return self.forward(method, path, content, {**headers, **who})


@pytest.fixture
def asking(bigquery: str) -> Iterator[Callable[..., str]]:
    """Give where the products of a test are, for somebody who asks."""
    prefix = f"t{uuid.uuid4().hex[:8]}"
    with ExitStack() as opened:
        yield (
            lambda **who: (
                f"bigquery://{PROJECT}/{prefix}?readers=mesh-{{domain}}@acme.org"
                f"&endpoint={opened.enter_context(serving(Asking(bigquery, **who))).url}"
            )
        )


def limited(shop: Shop, *values: str) -> DataProduct:
    """Return the shop's product, of which the people of `insight` see these sales."""
    (port,) = shop.product.outputs
    rows = (RowGrant("insight", (("sale_id", values),)),)
    return replace(shop.product, outputs=(replace(port, readers=("trust",), rows=rows),))


def test_people_see_the_rows_that_they_are_granted_and_a_run_sees_all(
    asking: Callable[..., str], tmp_path: Path
) -> None:
    own = asking()
    engine = open_engine("bigquery", own, connections={"shop": Secret(tmp_path.as_uri())}.get)
    shop = Shop(engine, tmp_path, PublishMode.MERGE)
    shop.sell(0, [("a", 1), ("b", 2), ("c", 3)])
    seen = {
        domain: replace(shop, engine=open_engine("bigquery", asking(member="user:ann@acme.org", groups=group)))
        for domain, group in [(d, f"mesh-{d}@acme.org") for d in ("insight", "trust", "growth")]
    }
    grant(own, limited(shop, "a", "b"))
    assert seen["insight"].sales() == [("a", 1), ("b", 2)]
    assert seen["trust"].sales() == shop.sales() == [("a", 1), ("b", 2), ("c", 3)]
    assert seen["growth"].sales() == []

    shop.sell(1, [("a", 5), ("d", 4)])
    assert shop.sales() == [("a", 5), ("b", 2), ("c", 3), ("d", 4)], "what a run reads of before is hidden from nobody"
    grant(own, limited(shop, "a", "d"))
    assert seen["insight"].sales() == [("a", 5), ("d", 4)]
