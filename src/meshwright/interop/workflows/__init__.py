"""Workflows: how a change of a mesh goes from a pull request to production, for the hosts of repositories."""
