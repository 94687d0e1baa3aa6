"""Keys: made once, whoever comes first."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from meshwright.release.keys import kept_key


def test_of_several_that_make_a_key_at_once_each_gets_the_same(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "root.key"
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(kept_key, [path] * 32))
    assert len({key.public for key in keys}) == 1
    assert sorted(p.name for p in path.parent.iterdir()) == ["root.key", "root.pub"]


def test_a_public_half_that_a_crash_kept_from_being_written_is_written_later(tmp_path: Path) -> None:
    path = tmp_path / "root.key"
    key = kept_key(path)
    path.with_suffix(".pub").unlink()
    assert kept_key(path) == key
    assert path.with_suffix(".pub").read_text().strip() == key.public
