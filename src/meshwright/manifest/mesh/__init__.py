"""Mesh: what mesh.yaml and each domain.yaml declare, and what they say for the products below them."""
