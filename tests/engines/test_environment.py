"""An environment of mesh.yaml that runs on BigQuery: the verbs of a laptop, from the manifests to an answer."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.engines.emulator import PROJECT

from meshwright.cli.main import mesh

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def artgo(tmp_path_factory: pytest.TempPathFactory, bigquery: str) -> Path:
    root = shutil.copytree(
        EXAMPLES / "artgo", tmp_path_factory.mktemp("on-bigquery") / "artgo", ignore=shutil.ignore_patterns(".mesh")
    )
    file, place = root / "mesh.yaml", f"bigquery://{PROJECT}/artgo?endpoint={bigquery}"
    declared = file.read_text()
    file.write_text(
        declared.replace("environments:\n", f'environments:\n  prod: {{engine: bigquery, data: "{place}"}}\n')
    )
    return root


def say(root: Path, *words: str) -> Result:
    return CliRunner().invoke(mesh, [*words, "--mesh", str(root), "--env", "prod"])


@pytest.mark.xdist_group("bigquery")
def test_products_of_two_domains_are_built_and_asked_together(artgo: Path) -> None:
    for product in ("marketplace.artworks", "marketplace.sales", "marketplace.provenance", "insight.trending-artists"):
        done = say(artgo, "run", product)
        assert done.exit_code == 0, done.output
    question = (
        "SELECT COUNT(*) AS ranked, COUNTIF(a.artist_id IS NULL) AS unknown FROM insight.trending_artists.ranking AS r "
        "LEFT JOIN (SELECT DISTINCT artist_id FROM marketplace.artworks.catalogue) AS a USING (artist_id)"
    )
    ((answer),) = json.loads(say(artgo, "query", question, "--format", "json").stdout)
    assert answer["ranked"] > 0
    assert answer["unknown"] == 0
