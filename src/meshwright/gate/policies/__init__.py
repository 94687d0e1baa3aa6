"""Policies: what is asked of every product, what was decided of it, and what is found where it is not so."""
