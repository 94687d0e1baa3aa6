"""ODPS: products as the Open Data Product Standard describes them, read and written."""
