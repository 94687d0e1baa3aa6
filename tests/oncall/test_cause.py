"""Cause: the truth table of who is to blame, and its cost on a large mesh."""

import time

import pytest
from tests.oncall.scenes import Scene, ago, failure, port

from meshwright.model.observation import Landing, PortHistory
from meshwright.model.time import Watermark
from meshwright.oncall.cause import causes
from meshwright.oncall.evidence import Evidence

CHAIN = ("raw", "clean < raw", "report < clean")
NOW = ago(0)
FRESH, LATE = ((1.0, 1.0),), ((5.0, 5.0),)
BEHIND = ((5.0, 5.0), (3.0, 3.0), (1.0, 1.0))
"""An input that went on while its reader stayed at five hours ago."""


@pytest.mark.parametrize(
    ("scene", "expected"),
    [
        pytest.param(Scene(CHAIN, {"raw": FRESH, "clean": FRESH, "report": FRESH}), {}, id="all is well"),
        pytest.param(
            Scene(CHAIN, {"raw": LATE, "clean": LATE, "report": LATE}),
            {"raw": {"raw"}, "clean": {"raw"}, "report": {"raw"}},
            id="the source is late",
        ),
        pytest.param(
            Scene(CHAIN, {"raw": BEHIND, "clean": LATE, "report": LATE}),
            {"clean": {"clean"}, "report": {"clean"}},
            id="the one between stopped",
        ),
        pytest.param(
            Scene(CHAIN, {"raw": BEHIND, "clean": BEHIND, "report": LATE}),
            {"report": {"report"}},
            id="the last stopped",
        ),
        pytest.param(
            Scene(CHAIN, {}),
            {"raw": {"raw"}, "clean": {"raw"}, "report": {"raw"}},
            id="nobody ever published",
        ),
        pytest.param(
            Scene(("a", "b", "both < a b"), {"a": LATE, "b": LATE, "both": LATE}),
            {"a": {"a"}, "b": {"b"}, "both": {"a", "b"}},
            id="two causes",
        ),
        pytest.param(
            Scene(("a", "b", "both < a b"), {"a": LATE, "b": BEHIND, "both": LATE}),
            {"a": {"a"}, "both": {"a"}},
            id="only one input lacks it",
        ),
        pytest.param(
            Scene(("a", "b", "both < a b?"), {"a": BEHIND, "b": LATE, "both": LATE}),
            {"b": {"b"}, "both": {"both"}},
            id="an optional input is no excuse",
        ),
        pytest.param(
            Scene(
                CHAIN, {"raw": ((5.0, 5.0), (3.0, 3.0)), "clean": LATE, "report": LATE}, {"clean": failure("clean", 2)}
            ),
            {"raw": {"raw"}, "clean": {"clean", "raw"}, "report": {"clean", "raw"}},
            id="it failed on data that it had, and then the source stopped",
        ),
        pytest.param(
            Scene(CHAIN, {"raw": LATE, "clean": LATE, "report": LATE}, {"clean": failure("clean", 2)}),
            {"raw": {"raw"}, "clean": {"raw"}, "report": {"raw"}},
            id="it failed with nothing new to read",
        ),
        pytest.param(
            Scene(
                CHAIN,
                {"raw": ((5.0, 5.0), (3.0, 3.0)), "clean": LATE, "report": LATE},
                {"clean": failure("clean", 2, waiting=True)},
            ),
            {"raw": {"raw"}, "clean": {"raw"}, "report": {"raw"}},
            id="it only waits",
        ),
        pytest.param(
            Scene(CHAIN, {"raw": (*LATE, (0.1, 0.1)), "clean": LATE, "report": LATE}),
            {"clean": set(), "report": set()},
            id="the source has just recovered: nobody is to blame yet",
        ),
        pytest.param(
            Scene(CHAIN, {"raw": (*LATE, (0.3, 0.3)), "clean": LATE, "report": LATE}),
            {"clean": {"clean"}, "report": {"clean"}},
            id="the source recovered a while ago",
        ),
        pytest.param(
            Scene(
                CHAIN, {"raw": (*LATE, (0.1, 0.1)), "clean": LATE, "report": LATE}, {"clean": failure("clean", 0.05)}
            ),
            {"clean": {"clean"}, "report": {"clean"}},
            id="the source has just recovered and the next one failed on it",
        ),
    ],
)
def test_blame_goes_to_the_most_upstream_that_lacks_what_is_needed(scene: Scene, expected: dict[str, set[str]]) -> None:
    found = causes(scene.evidence(), ago(2), NOW)
    assert {product.product: {cause.product for cause in blamed} for product, blamed in found.items()} == expected


def test_an_input_is_no_cause_when_it_is_young_enough_for_this_promise() -> None:
    scene = Scene(("raw", "clean < raw"), {"raw": ((5.0, 5.0), (3.0, 3.0)), "clean": LATE})
    strict, lax = (causes(scene.evidence(), ago(h), NOW) for h in (2, 4))
    assert [{c.product for c in strict[port("clean").product]}, {c.product for c in lax[port("clean").product]}] == [
        {"raw"},
        {"clean"},
    ]


def test_ten_thousand_products_are_judged_in_a_moment() -> None:
    lines = tuple(f"p{n}" + (f" < p{n - 1} p{n // 2}" if n % 10 else "") for n in range(10_000))
    graph = Scene(lines, {}).graph
    history = (Landing(ago(5), Watermark(ago(5))),)
    evidence = Evidence(graph, {port(f"p{n}"): PortHistory(port(f"p{n}"), ago(1000), history) for n in range(10_000)})
    started = time.process_time()
    assert len(causes(evidence, ago(2), NOW)) == 10_000
    assert time.process_time() - started < 2
