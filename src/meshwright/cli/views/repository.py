"""Repository: where in a repository does a mesh lie? What speaks to a forge names files from the repository's root."""

from pathlib import Path


def folder_in_repository(root: Path) -> str:
    """Return the folder of a mesh, with `/` at its end; empty where it is the repository itself, or in none."""
    repository = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    folder = root.relative_to(repository).as_posix()
    return "" if folder == "." else f"{folder}/"
