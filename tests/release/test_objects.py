"""A store that cannot be used says so in words, and tells no secret."""

from pathlib import Path

import pytest

from meshwright.model.errors import Busy, Refused
from meshwright.release.objects import Objects


@pytest.mark.parametrize("url", ["ftp://host/s3cret", "gs://"])
def test_a_store_that_nobody_knows_is_refused(url: str) -> None:
    with pytest.raises(Refused, match=r"^the store .* cannot be opened: ") as refused:
        Objects(url).names("log")
    assert "s3cret" not in refused.value.message.partition(":")[0]


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="cannot be opened"):
        Objects(str(tmp_path / "file" / "store"))


def test_a_store_that_does_not_answer_may_be_tried_again() -> None:
    with pytest.raises(Busy, match="cannot be reached"):
        Objects("http://127.0.0.1:9/store").names("log")
