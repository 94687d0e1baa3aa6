"""Interop: the mesh's values in the words of others' standards, and theirs in ours."""
