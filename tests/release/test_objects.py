"""A store that cannot be used says so in words, and tells no secret."""

from pathlib import Path

import pytest

from meshwright.model.errors import Busy, Refused
from meshwright.release.objects import open_objects


@pytest.mark.parametrize("url", ["ftp://host/s3cret", "gs://"])
def test_a_store_that_nobody_knows_is_refused(url: str) -> None:
    with pytest.raises(Refused, match=r"^the store .* cannot be opened: ") as refused:
        open_objects(url).names("log")
    assert "s3cret" not in refused.value.message.partition(":")[0]


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="cannot be opened"):
        open_objects(str(tmp_path / "file" / "store")).create("root", b"{}")


def test_a_store_that_does_not_answer_may_be_tried_again() -> None:
    with pytest.raises(Busy, match="cannot be reached"):
        open_objects("http://127.0.0.1:9/store").names("log")


def test_whoever_only_reads_makes_no_folder(tmp_path: Path) -> None:
    store = open_objects(str(tmp_path / "store"))
    assert store.read("root") is None
    assert store.names("log") == []
    assert not (tmp_path / "store").exists()


def test_what_others_write_later_into_a_folder_that_was_not_there_is_read(tmp_path: Path) -> None:
    reader = open_objects(str(tmp_path / "store"))
    assert reader.read("root") is None
    assert open_objects(str(tmp_path / "store")).create("root", b"{}")
    assert reader.read("root") == b"{}"
