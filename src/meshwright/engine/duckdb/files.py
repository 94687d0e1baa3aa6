"""Files of the store: who may write them, how a finished one takes its place, and what is swept up after the dead.

What a process has not finished lies in a working folder of its own, whose lock it holds while it lives. What it has
finished is renamed into place. So a reader finds whole files only, and a folder whose lock is free is rubbish.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from meshwright.model.address import ProductAddress
from meshwright.model.errors import Busy, Refused
from meshwright.model.identity import PublishId
from meshwright.model.naming import kept_file, lock_file, product_folder, stage_file, store_file, working_folder
from meshwright.model.value import value

KEPT = 3
"""How many publishes of a product before its last one are kept, each a file: what is not shared takes its room."""

_PATIENCE = 30.0
_STAGE_LIFE = timedelta(days=7)
_REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "lustre", "beegfs", "afs"}
    | {"fuse.sshfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.goofys", "fuse.rclone", "fuse.blobfuse", "fuse.juicefs"}
)


@value
class Files:
    """The files of all products below one folder of this host."""

    root: Path

    def published(self, product: ProductAddress) -> Path:
        """Return where consumers find a product."""
        return self.root / store_file(product)

    def stage(self, product: ProductAddress, publish_id: PublishId) -> Path:
        """Return where a finished stage waits."""
        return self.root / stage_file(product, publish_id)

    def kept(self, product: ProductAddress, publish_id: PublishId) -> Path:
        """Return where the file is that an earlier publish made, as long as it is kept."""
        return self.root / kept_file(product, publish_id)

    def succeed(self, product: ProductAddress, finished: Path, before: Sequence[PublishId]) -> None:
        """Make a finished file the published one; keep the last of those `before` it, oldest first, to go back to."""
        place = self.published(product)
        if before:
            with suppress(OSError):  # it is kept already, or this file system has no links: then nothing is kept
                os.link(place, self.kept(product, before[-1]))
        put_in_place(finished, place)
        wanted = {self.kept(product, publish_id) for publish_id in before[-KEPT:]}
        for path in self.root.glob(kept_file(product, PublishId("*"))):
            if path not in wanted:
                path.unlink()

    @contextmanager
    def publishing(self, product: ProductAddress) -> Iterator[None]:
        """Be the one that publishes a product. Raises `Busy` when another process is, for longer than 30 seconds."""
        path = self.root / lock_file(product)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _wait_for(handle, product)
            yield
        finally:
            os.close(handle)

    @contextmanager
    def working(self, product: ProductAddress, publish_id: PublishId) -> Iterator[Path]:
        """Give a folder for what is not finished. It is gone afterwards, or, after a crash, with the next sweep."""
        folder = self.root / working_folder(product, publish_id)
        handle = _owned(folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)

    def discard(self, product: ProductAddress, publish_id: PublishId) -> None:
        """Remove a stage."""
        path = self.stage(product, publish_id)
        path.unlink(missing_ok=True)
        _log_of(path).unlink(missing_ok=True)

    def sweep(self, product: ProductAddress, now: datetime) -> None:
        """Remove what dead processes left, and stages that nobody came back for within a week."""
        folder = self.root / product_folder(product)
        for unfinished in sorted(folder.glob(".working-*")):
            _remove_if_dead(unfinished)
        oldest = str(PublishId.mint(now - _STAGE_LIFE))
        for staged in sorted(folder.glob("stage-*.duckdb")):
            publish_id = PublishId(staged.stem.removeprefix("stage-"))
            if str(publish_id) < oldest:
                self.discard(product, publish_id)


def open_files(data: str) -> Files:
    """Open the folder that products live in. Raises `Refused` where DuckDB's locks and renames cannot be relied on."""
    if "://" in data:
        raise Refused(f"DuckDB keeps products on this host's disk, not at `{data}`", hint="name a folder")
    root = Path(data).resolve()
    filesystem = _filesystem(root, _mounts())
    if filesystem in _REMOTE:
        raise Refused(
            f"`{root}` is on a network filesystem ({filesystem}), where locks and renames cannot be relied on",
            hint="keep the data on a disk of this host, or use an engine that is made for many hosts",
        )
    return Files(root)


def put_in_place(finished: Path, place: Path) -> None:
    """Make a finished file the one at `place`, at once and for good: it survives a loss of power."""
    _sync(finished)
    finished.replace(place)
    _sync(place.parent)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file. Where the file system can, as XFS and Btrfs do, blocks are shared until one of the two changes."""
    try:
        _clone(source, target)
    except (AttributeError, OSError):  # this system, or this file system, can only read and write it all
        shutil.copyfile(source, target)


def _clone(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("wb") as write:
        left = os.fstat(read.fileno()).st_size
        while left:
            copied = os.copy_file_range(read.fileno(), write.fileno(), left)
            if not copied:
                raise OSError("nothing was copied, though something was left")
            left -= copied


def _wait_for(handle: int, product: ProductAddress) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Busy(f"another process is publishing `{product}`") from None
            time.sleep(0.02)
        else:
            return


def _owned(folder: Path) -> int:
    """Make a folder and hold its lock: again, if a sweep came between the two."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if folder.exists() and folder.stat().st_ino == os.fstat(handle).st_ino:
            return handle
        os.close(handle)


def _remove_if_dead(folder: Path) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return  # its owner has finished meanwhile
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        pass  # its owner lives
    finally:
        os.close(handle)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _log_of(path: Path) -> Path:
    """Return DuckDB's write-ahead log of a file."""
    return path.with_name(f"{path.name}.wal")


def _mounts() -> dict[Path, str]:
    """Return the filesystem at each mount point, where the system tells."""
    try:
        lines = Path("/proc/mounts").read_text().splitlines()
    except OSError:
        return {}
    return {Path(point.replace("\\040", " ")): kind for _, point, kind, *_ in (line.split(" ") for line in lines)}


def _filesystem(path: Path, mounts: dict[Path, str]) -> str | None:
    return next((mounts[folder] for folder in (path, *path.parents) if folder in mounts), None)
