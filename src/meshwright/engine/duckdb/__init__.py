"""The embedded engine: one DuckDB file per product, on one host's disk.

A product is published by renaming a finished file over the old one.
"""
