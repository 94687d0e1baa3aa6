"""What of a log stands, after publishes were brought back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from meshwright.model.address import ProductAddress
from meshwright.model.identity import PublishId
from meshwright.model.publish import Publish, standing
from meshwright.model.time import Interval, Watermark

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def publishes(story: str) -> tuple[Publish, ...]:
    """Return a log: `a b c=a` publishes a, then b, then brings a back, and calls that c."""
    made = Publish(
        ProductAddress("a", "b"), PublishId(""), None, Interval(START, START + HOUR), Watermark(START), (), (), START
    )
    words = (word.partition("=") for word in story.split())
    return tuple(
        replace(made, publish_id=PublishId(name), restores=PublishId(of) if of else None) for name, _, of in words
    )


@pytest.mark.parametrize(
    ("story", "stands"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("a b c", "a b c", id="nothing was brought back"),
        pytest.param("a b c x=a", "a", id="what came after is gone"),
        pytest.param("a b x=a c", "a c", id="what is built upon it"),
        pytest.param("a b x=a y=b", "a b", id="back to what was taken back"),
        pytest.param("a b x=a c y=b", "a b", id="from another way"),
        pytest.param("a b x=a c y=x", "a", id="back to what was brought back"),
        pytest.param("b x=a c", "c", id="the beginning of the log was not asked for"),
    ],
)
def test_what_was_taken_back_does_not_stand(story: str, stands: str) -> None:
    assert [str(publish.publish_id) for publish in standing(publishes(story))] == stands.split()
