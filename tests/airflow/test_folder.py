"""A release is laid out whole, whatever happens to the one who does it."""

from pathlib import Path

import pytest
from tests.airflow.conftest import NOW, Gate
from tests.disk import fill, small_disk

from meshwright.airflow.folder import first_deployed, is_laid_out, lay_out
from meshwright.airflow.loader import load


def test_what_a_full_disk_broke_off_is_laid_out_when_there_is_room(gate: Gate, tmp_path: Path) -> None:
    release, store = gate.release(), gate.workspace.store()
    with small_disk(tmp_path / "disk") as disk:
        folder = disk / str(release)
        store.materialise(release, folder)
        filler = fill(disk)
        with pytest.raises(OSError, match="No space left"):
            lay_out(store, release, folder, NOW)
        assert not is_laid_out(folder)
        filler.unlink()
        lay_out(store, release, folder, NOW)
        assert (is_laid_out(folder), first_deployed(folder)) == (True, NOW)
        assert len(load(str(folder / "mesh_aviation_0.py"), "aviation-0")) == 3
        assert not [path for path in folder.iterdir() if path.name.startswith(".env")]
