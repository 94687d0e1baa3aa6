"""Files in a bucket: read as those in a folder are, from a server that speaks S3."""

from pathlib import Path

import httpx
import pytest
from tests.engine.test_sources import CSV, EXPECTED, LINES, Reader
from tests.release.buckets import s3

from meshwright.model.errors import FinalError, SourceNotReady
from meshwright.model.product import FilesSource


def test_files_in_a_bucket_are_read_as_those_in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(tmp_path / "data", {"files": "s3://mesh/in"})
    with s3() as variables:
        for name, value in variables.items():
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
