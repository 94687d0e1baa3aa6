"""Files in a bucket: read as those in a folder are, from a server that speaks S3, and GCS as far as it is the same.

What GCS is asked, and what it would answer, is asserted besides.
"""

from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from tests.engine.test_sources import CSV, EXPECTED, LINES, Reader
from tests.release.buckets import Recorder, recording, s3, service_account

from meshwright.engine.sources.buckets import Bucket
from meshwright.model.errors import FinalError, SourceNotReady
from meshwright.model.identity import Secret
from meshwright.model.product import FilesSource


@pytest.mark.parametrize("scheme", ["s3", "gs"])
def test_files_in_a_bucket_are_read_as_those_in_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    reader = Reader(tmp_path / "data", {"files": f"{scheme}://mesh/in"})
    with s3() as variables:
        account = service_account(tmp_path, variables["AWS_ENDPOINT_URL"])
        for name, value in {**variables, "GOOGLE_SERVICE_ACCOUNT": str(account)}.items():
            monkeypatch.setenv(name, value)
        for day, line in enumerate(LINES, 1):
            address = f"{variables['AWS_ENDPOINT_URL']}/mesh/in/things-{day:02}.csv"
            httpx.put(address, content=(CSV + line).encode()).raise_for_status()
        assert reader.read(FilesSource("files", "things-{start:%d}.csv", "csv")) == EXPECTED
        assert reader.read(FilesSource("files", "*.csv", "csv")) == EXPECTED
        with pytest.raises(SourceNotReady, match=r"others\.csv"):
            reader.read(FilesSource("files", "others.csv", "csv"))
        with pytest.raises(FinalError, match="outside"):
            reader.read(FilesSource("files", "../secret.csv", "csv"))
    assert [path for path in tmp_path.rglob("*.csv") if path.is_file()] == []


LISTED = b"""<?xml version="1.0"?>
<ListBucketResult>
  <Contents><Key>in/a b.csv</Key><Size>9</Size><LastModified>2026-03-01T12:00:00Z</LastModified></Contents>
  <Contents><Key>in/below/c.csv</Key><Size>9</Size><LastModified>2026-03-01T12:00:00Z</LastModified></Contents>
</ListBucketResult>
"""


def test_files_in_gcs_are_asked_for_by_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(tmp_path / "data", {"files": "gs://mesh/in"})
    recorder = Recorder(content=(CSV + LINES[0]).encode())
    with recording(recorder) as address:
        monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", str(service_account(tmp_path, address)))
        assert reader.read(FilesSource("files", "things-{start:%d}.csv", "csv")) == [EXPECTED[0], EXPECTED[0]]
        assert [unquote(asked) for asked, _, _ in recorder.asked] == [
            "GET /mesh/in/things-01.csv",
            "GET /mesh/in/things-02.csv",
        ]
        recorder.asked.clear()
        recorder.status, recorder.content = 403, b"<Error><Code>AccessDenied</Code></Error>"
        with pytest.raises(FinalError, match=r"the bucket refuses to give `all\.csv`"):
            reader.read(FilesSource("files", "all.csv", "csv"))
        recorder.status = 404
        with pytest.raises(SourceNotReady, match=r"does not have `all\.csv` yet"):
            reader.read(FilesSource("files", "all.csv", "csv"))


def test_files_in_gcs_that_fit_a_pattern_are_looked_for_below_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(content=LISTED)
    with recording(recorder) as address:
        monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", str(service_account(tmp_path, address)))
        bucket = Bucket("files", Secret("gs://mesh/in"), tmp_path / "scratch")
        assert bucket.files("*.csv") == (tmp_path / "scratch/a b.csv",)
    assert [unquote(asked) for asked, _, _ in recorder.asked] == [
        "GET /mesh?list-type=2&prefix=in/",
        "GET /mesh/in/a b.csv",
    ]
