"""What the README's first screen shows is what the tour prints."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RELEASE = re.compile(r"release [0-9a-f]{12}")


def test_the_readme_shows_what_the_tour_prints() -> None:
    tour = [sys.executable, str(ROOT / "examples" / "artgo" / "tour.py")]
    printed = subprocess.run(tour, capture_output=True, text=True, check=True).stdout
    readme = (ROOT / "README.md").read_text()
    screen = readme.partition("```\n$ mesh plan")[2].partition("```")[0]
    assert len(screen) > 500
    assert RELEASE.sub("release …", screen.strip()) in RELEASE.sub("release …", printed)
    assert "Allowed: nobody has to be asked." in printed
