"""The museums' data, which lie outside of the project and are not copied into it.

`MESHWRIGHT_MUSEUM` names their folder; else it is looked for as `shared/data/museum` beside the checkout or above.
"""

import os
from pathlib import Path

ABSENT = "the museums' data are not here: set MESHWRIGHT_MUSEUM to their folder"


def museum() -> Path | None:
    """Return the folder of the data, where there is one."""
    said = os.environ.get("MESHWRIGHT_MUSEUM")
    above = Path(__file__).resolve().parents
    candidates = [Path(said)] if said else [folder / "shared" / "data" / "museum" for folder in above]
    return next((c for c in candidates if (c / "tate_artworks.ndjson.gz").is_file()), None)
