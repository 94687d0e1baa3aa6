"""A log line says what it is about."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from meshwright.workspace.logs import about, configure


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    logger = logging.getLogger("meshwright")
    before = (logger.handlers[:], logger.level, logger.propagate)
    yield logger
    logger.handlers[:], logger.propagate = before[0], before[2]
    logger.setLevel(before[1])


def test_a_line_carries_release_address_and_run(logger: logging.Logger) -> None:
    stream = io.StringIO()
    configure("text", stream)
    with about(address="a.b", release="7f3a", run=None), about(run="r1"):
        logger.info("published %d rows", 3)
    logger.info("after")
    first, second = stream.getvalue().splitlines()
    assert first.endswith("Z INFO published 3 rows address=a.b release=7f3a run=r1".partition("Z ")[2])
    assert second.endswith("INFO after")


def test_a_json_line_is_one_object_with_its_exception(logger: logging.Logger) -> None:
    stream = io.StringIO()
    configure("json", stream)
    try:
        raise ValueError("no")
    except ValueError:
        with about(address="a.b"):
            logger.exception("failed")
    line = json.loads(stream.getvalue())
    assert (line["level"], line["message"], line["address"]) == ("ERROR", "failed", "a.b")
    assert "ValueError: no" in line["exception"]
