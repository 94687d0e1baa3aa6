"""Peers: packages that we measure against, each put into a folder of its own, and never among our own packages."""

import shutil
import subprocess
import sys
from pathlib import Path


def fetched(requirement: str, into: Path, *, alone: bool = True) -> Path | None:
    """Put packages, `alone` or with what they need, into a folder; None, and why, where they cannot be had."""
    uv = shutil.which("uv") or str(Path(__file__).parents[1] / ".uv" / "bin" / "uv")
    words = [uv, "pip", "install", "--quiet", "--target", str(into), "--python", sys.executable, *requirement.split()]
    words += ["--no-deps"] if alone else []
    try:
        subprocess.run(words, check=True, capture_output=True, text=True, timeout=120)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"  {requirement} cannot be had: {getattr(error, 'stderr', None) or error}", file=sys.stderr)
        return None
    return into
