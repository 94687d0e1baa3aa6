"""The corpus of standard documents that others wrote, which lies outside of the project and is not copied into it.

`MESHWRIGHT_ODCS_CORPUS` names its folder; else it is looked for as `shared/data/odcs` beside the checkout or above.
"""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

ABSENT = "the corpus of standard documents is not here: set MESHWRIGHT_ODCS_CORPUS to its folder"


def corpus() -> Path | None:
    """Return the folder of the corpus, where there is one."""
    said = os.environ.get("MESHWRIGHT_ODCS_CORPUS")
    above = Path(__file__).resolve().parents
    candidates = [Path(said)] if said else [folder / "shared" / "data" / "odcs" for folder in above]
    return next((c for c in candidates if (c / "index.tsv").is_file()), None)


@dataclass(frozen=True)
class Row:
    """One document, and what the official schema and its authors say of it."""

    path: Path
    kind: str
    version: str
    valid: bool
    semantic_negative: bool

    @property
    def name(self) -> str:
        return self.path.name


def rows(kind: str) -> list[Row]:
    """Return the documents of a kind; none where there is no corpus."""
    folder = corpus()
    if folder is None:
        return []
    with (folder / "index.tsv").open(encoding="utf-8") as index:
        read = list(csv.DictReader(index, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Row(folder / r["file"], r["kind"], r["apiVersion"], r["expected"] == "valid", r["semantic_negative"] == "yes")
        for r in read
        if r["kind"] == kind
    ]
