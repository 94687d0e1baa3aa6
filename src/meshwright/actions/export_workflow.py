"""Export workflow: the file that takes a repository's changes from a pull request to production."""

from pathlib import Path

HOSTS = {"github": ".github/workflows/mesh.yml", "gitlab": ".gitlab-ci.yml"}
"""The hosts of repositories, and where each looks for the file."""

_FOLDER = Path(__file__).parents[1] / "interop" / "workflows"


def workflow(host: str) -> str:
    """Return the workflow for a host."""
    return (_FOLDER / f"{host}.yml").read_text()


def write_workflow(host: str, root: Path) -> Path | None:
    """Write the workflow where the host looks for it; return the file, None where one is there already."""
    path = root / HOSTS[host]
    if path.exists():
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(workflow(host))
    return path
