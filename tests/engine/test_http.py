"""HTTP: every record of the interval, however it is paged; and a clear end where an API does not do what was agreed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.engine.api import Records, Trouble, serving

from meshwright.engine.sources.http import ask
from meshwright.engine.sources.open import open_source
from meshwright.engine.sources.reading import GivenFiles, Reading
from meshwright.model.contract import Column, LogicalType
from meshwright.model.errors import FinalError, MeshError, SourceBroken, SourceNotReady
from meshwright.model.http import HttpSource, LinkedPages, NamedPages, NumberedPages, Pages, SkippedRecords
from meshwright.model.identity import Secret
from meshwright.model.time import Interval

START = datetime(2013, 1, 1, tzinfo=UTC)
INTERVAL = Interval(START, START + timedelta(days=1))
ROWS = [{"id": n, "at": (START + n * timedelta(hours=6)).isoformat()} for n in range(5)]
"""Of the day, all but the last."""


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
    monkeypatch.setattr(ask, "FIRST_WAIT", 0.01)
    records = Records(ROWS)
    with serving(records):
        yield records


def read(api: Records, tmp_path: Path, path: str = "whole", url: str = "", **more: Any) -> list[dict[str, Any]]:
    source = HttpSource("api", path, **more)
    columns = (Column("id", LogicalType.INTEGER),)
    with open_source(Reading(source, columns, INTERVAL, Secret(url or api.home), tmp_path / "scratch")) as given:
        assert isinstance(given, GivenFiles)
        assert given.format == "json"
        return [json.loads(line) for file in given.paths for line in file.read_text().splitlines()]


@pytest.mark.parametrize(
    ("path", "records", "pages"),
    [
        pytest.param("linked", "", LinkedPages(), id="a Link header"),
        pytest.param("named", "data.items", NamedPages("links.next"), id="a URL in the answer"),
        pytest.param("cursor", "data.items", NamedPages("next", "after"), id="a value for a parameter"),
        pytest.param("numbered", "", NumberedPages("page"), id="numbers"),
        pytest.param("skipped", "", SkippedRecords("offset"), id="an offset"),
    ],
)
def test_every_page_is_read(api: Records, tmp_path: Path, path: str, records: str, pages: Pages) -> None:
    query = (("since", "{start:%Y-%m-%dT%H:%M:%SZ}"), ("limit", "2"))
    assert read(api, tmp_path, path, records=records, pages=pages, query=query) == ROWS
    assert "since=2013-01-01T00%3A00%3A00Z" in api.asked[0][0]


def test_only_the_records_of_the_interval_are_kept(api: Records, tmp_path: Path) -> None:
    assert read(api, tmp_path, cursor="at") == ROWS[:-1]


def test_an_empty_answer_has_no_records(api: Records, tmp_path: Path) -> None:
    api.rows = ()
    assert read(api, tmp_path, "linked", pages=LinkedPages()) == []


def test_no_content_has_no_records(api: Records, tmp_path: Path) -> None:
    api.for_ever = Trouble(204, body=b"")
    assert read(api, tmp_path, records="data.items") == []


PASSING = [
    pytest.param(Trouble(429, {"Retry-After": "0"}), id="429"),
    pytest.param(Trouble(500), id="500"),
    pytest.param(Trouble(503), id="503"),
    pytest.param(Trouble(cut=True), id="an answer cut short"),
]


@pytest.mark.parametrize("trouble", PASSING)
def test_what_passes_is_waited_for(api: Records, tmp_path: Path, trouble: Trouble) -> None:
    api.troubles = [Trouble(), trouble, trouble]
    assert read(api, tmp_path, "linked", pages=LinkedPages()) == ROWS
    assert len(api.asked) == 5


@pytest.mark.parametrize("trouble", PASSING)
def test_what_does_not_pass_is_tried_again_later(api: Records, tmp_path: Path, trouble: Trouble) -> None:
    api.for_ever = trouble
    with pytest.raises(SourceNotReady, match="`whole` of connection `api`"):
        read(api, tmp_path)
    assert len(api.asked) == ask.TRIES


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Retry-After": "3600"}, id="seconds"),
        pytest.param(
            {"Date": "Tue, 01 Jan 2013 00:00:00 GMT", "Retry-After": "Tue, 01 Jan 2013 01:00:00 GMT"}, id="a time"
        ),
    ],
)
def test_who_wants_to_be_left_alone_for_long_is_left_alone(
    api: Records, tmp_path: Path, headers: dict[str, str]
) -> None:
    api.for_ever = Trouble(429, headers)
    with pytest.raises(SourceNotReady, match="left alone for 3600 seconds"):
        read(api, tmp_path)
    assert len(api.asked) == 1


def test_an_answer_that_does_not_end_is_given_up(api: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "LONGEST", 0.2)
    api.for_ever = Trouble(body=b" ", endless=0.02)
    with pytest.raises(SourceNotReady, match="has not ended its answer"):
        read(api, tmp_path)
    assert len(api.asked) == 1


def test_an_api_that_is_not_there_is_not_ready(api: Records, tmp_path: Path) -> None:
    with pytest.raises(SourceNotReady, match="does not answer"):
        read(api, tmp_path, url="http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("trouble", "error", "says"),
    [
        pytest.param(Trouble(401), FinalError, "401", id="unknown"),
        pytest.param(Trouble(403), FinalError, "403", id="unwanted"),
        pytest.param(Trouble(404), SourceBroken, "404 Not Found", id="not there"),
        pytest.param(Trouble(301, {"Location": "/whole"}), SourceBroken, "redirects without end", id="a circle"),
        pytest.param(Trouble(302, {"Location": "http://localhost:1/"}), SourceBroken, "another host", id="elsewhere"),
        pytest.param(
            Trouble(headers={"Content-Type": "text/html"}, body=b"<p>Log in"), SourceBroken, "html", id="HTML"
        ),
        pytest.param(Trouble(body=b'[{"id": 1}'), SourceBroken, "not JSON", id="half a JSON"),
        pytest.param(Trouble(body=b'[{"id": NaN}]'), SourceBroken, "not JSON", id="no number"),
        pytest.param(Trouble(body=b"\xff\xfe"), SourceBroken, "not JSON", id="garbage"),
        pytest.param(Trouble(body=b""), SourceBroken, "not JSON", id="nothing"),
        pytest.param(Trouble(body=b"null"), SourceBroken, "not a list", id="null"),
        pytest.param(
            Trouble(body=b'{"error": "x"}'), SourceBroken, "not a list of records", id="an error with status 200"
        ),
        pytest.param(Trouble(body=b"[1]"), SourceBroken, "not a record", id="no record"),
        pytest.param(Trouble(headers={"Content-Encoding": "gzip"}), SourceBroken, "cannot be read", id="not packed"),
    ],
)
def test_an_answer_that_was_not_agreed_on_is_said(
    api: Records, tmp_path: Path, trouble: Trouble, error: type[MeshError], says: str
) -> None:
    api.for_ever = trouble
    with pytest.raises(error, match=says) as caught:
        read(api, tmp_path)
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("path", "more", "says"),
    [
        pytest.param(
            "whole", {"records": "data.items"}, "`data.items` of the answer is not a list", id="records moved"
        ),
        pytest.param("linked", {}, "more pages", id="pages that nobody declared"),
        pytest.param(
            "same", {"pages": NumberedPages("seite")}, "same page again", id="a parameter that it does not know"
        ),
        pytest.param("elsewhere", {"pages": LinkedPages()}, "another host", id="a link to another host"),
        pytest.param("circle", {"pages": LinkedPages()}, "leads back to a page", id="a circle of pages"),
        pytest.param("whole", {"cursor": "when"}, "cursor `when` of a record is `None`", id="no time"),
        pytest.param("whole", {"cursor": "id"}, "cursor `id` of a record is `0`", id="a number for a time"),
        pytest.param("whole", {"path": "{now}"}, "cannot be asked for", id="a placeholder nobody knows"),
    ],
)
def test_what_would_lose_rows_stops_the_reading(
    api: Records, tmp_path: Path, path: str, more: dict[str, Any], says: str
) -> None:
    with pytest.raises(FinalError, match=says):
        read(api, tmp_path, **{"path": path, **more})


@pytest.mark.parametrize(
    ("url", "header", "sent"),
    [
        pytest.param("http://:s3cret@{host}", "authorization", "Bearer s3cret", id="a token"),
        pytest.param("http://nadia:s3cret@{host}", "authorization", "Basic bmFkaWE6czNjcmV0", id="a password"),
        pytest.param("http://{host}#X-Api-Key=s3cret", "x-api-key", "s3cret", id="a header"),
    ],
)
def test_the_connection_says_who_asks(api: Records, tmp_path: Path, url: str, header: str, sent: str) -> None:
    read(api, tmp_path, "linked", url.format(host=api.home.removeprefix("http://")), pages=LinkedPages())
    assert [headers.get(header) for _, headers in api.asked] == [sent] * 3


def test_a_key_in_the_query_goes_with_every_page_and_into_no_message(
    api: Records, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    api.troubles = [Trouble(), Trouble(), Trouble(404)]
    with caplog.at_level("INFO"), pytest.raises(SourceBroken) as caught:
        read(api, tmp_path, "linked", f"{api.home}?key=s3cret", pages=LinkedPages())
    assert all("key=s3cret" in path for path, _ in api.asked)
    assert "s3cret" not in caught.value.message + caught.value.hint + caplog.text


@pytest.mark.parametrize("url", ["file:///srv", "postgresql://u:s3cret@h/d", "http://", "http://u:s3cret@h:x/"])
def test_what_is_no_api_is_said_without_its_secret(api: Records, tmp_path: Path, url: str) -> None:
    with pytest.raises(FinalError, match="not the URL of an API") as caught:
        read(api, tmp_path, url=url)
    assert "s3cret" not in str(caught.value)
