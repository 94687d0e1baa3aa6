"""Where DuckDB's files may lie, and what is swept up."""

import errno
import os
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from tests.engines.shop import NOW, SALES, Shop

from meshwright.engine.duckdb.files import copy_file, open_files
from meshwright.engine.registry import open_engine
from meshwright.model.errors import NotFound, Refused
from meshwright.model.identity import PublishId


def names(shop: Shop) -> list[str]:
    return sorted(p.name for p in (shop.feed.parent / "data" / "marketplace" / "sales").iterdir())


def test_a_url_is_no_disk_of_this_host() -> None:
    with pytest.raises(Refused, match="this host's disk"):
        open_engine("duckdb", "gs://bucket/data")


def test_a_network_filesystem_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mounts = {Path("/"): "ext4", tmp_path: "nfs4"}
    monkeypatch.setattr("meshwright.engine.duckdb.files._mounts", lambda: mounts)
    with pytest.raises(Refused, match="nfs4"):
        open_files(str(tmp_path / "data"))
    mounts[tmp_path] = "xfs"
    assert open_files(str(tmp_path / "data")).root == tmp_path / "data"


def test_an_unknown_engine_is_named_with_the_known_ones() -> None:
    with pytest.raises(NotFound, match="`oracle`") as caught:
        open_engine("oracle", "data")
    assert "duckdb" in caught.value.hint


def test_what_the_living_work_on_is_not_swept(shop: Shop) -> None:
    files = open_files(str(shop.feed.parent / "data"))
    with files.working(SALES, PublishId.mint(NOW)) as alive:
        dead = alive.with_name(".working-dead")
        dead.mkdir()
        (dead / "stage.duckdb").write_bytes(b"half")
        files.sweep(SALES, NOW)
        assert alive.exists()
        assert not dead.exists()
    assert not alive.exists()


def test_a_stage_that_nobody_came_back_for_is_swept_after_a_week(shop: Shop) -> None:
    staged = shop.engine.stage(shop.work(shop.deliver(0, [("a", 1)])), NOW)
    open_files(str(shop.feed.parent / "data")).sweep(SALES, NOW + timedelta(days=6))
    assert names(shop) == [f"stage-{staged.publish_id}.duckdb"]
    open_files(str(shop.feed.parent / "data")).sweep(SALES, NOW + timedelta(days=8))
    assert names(shop) == []


@pytest.mark.parametrize("size", [0, 1, 3 << 20])
@pytest.mark.parametrize("kernel", ["as it is", "that cannot", "that gives up half-way", "of another system"])
def test_a_copy_is_whole_whatever_the_kernel_can(
    kernel: str, size: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copied, calls = os.copy_file_range, count()

    def cannot(*_: int) -> int:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    def gives_up(read: int, write: int, most: int) -> int:
        return copied(read, write, most // 2) if next(calls) == 0 else 0

    match kernel:
        case "that cannot":
            monkeypatch.setattr(os, "copy_file_range", cannot)
        case "that gives up half-way":
            monkeypatch.setattr(os, "copy_file_range", gives_up)
        case "of another system":
            monkeypatch.delattr(os, "copy_file_range")
    content = os.urandom(size)
    (tmp_path / "old").write_bytes(content)
    copy_file(tmp_path / "old", tmp_path / "new")
    assert (tmp_path / "new").read_bytes() == content


def test_a_limit_that_cannot_be_read_is_refused_in_words(tmp_path: Path) -> None:
    engine = open_engine("duckdb", str(tmp_path / "data"), memory="lots")
    with pytest.raises(Refused, match="Memory must have a number"):
        engine.query("SELECT 1", ())
