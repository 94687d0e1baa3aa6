"""Code in a release: a worker runs what was approved, to the byte."""

from pathlib import Path

import pytest
from tests.gate.changes.test_code import coded
from tests.gate.meshes import RANKING, RANKING_ADDRESS, RANKING_PORT, linked, with_products

from meshwright.model.errors import Corrupt
from meshwright.release.cut import freeze
from meshwright.release.files import record_file
from meshwright.release.read import read_record
from meshwright.release.store import ReleaseStore

CODED = coded(RANKING, "answer = 41\n", "models")


def test_a_worker_reads_the_code_that_was_approved_and_no_other(tmp_path: Path) -> None:
    release = freeze(linked(with_products(CODED)))
    store, folder = ReleaseStore(str(tmp_path / "store")), tmp_path / "release"
    store.put(release)
    store.materialise(release.digest, folder)
    record = read_record(folder, release.digest, RANKING_ADDRESS)
    assert record.product.code == CODED.code
    (query,) = record.queries("duckdb")
    assert (query.table, query.sql) == (RANKING_PORT.table(), "SELECT * FROM _made_ranking")
    path = folder / record_file(RANKING_ADDRESS)
    path.write_text(path.read_text().replace("answer = 41", "answer = 42"))
    with pytest.raises(Corrupt, match="is not what was released"):
        read_record(folder, release.digest, RANKING_ADDRESS)
