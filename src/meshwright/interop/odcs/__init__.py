"""ODCS: contracts of the Open Data Contract Standard, as products of this mesh, and of its ports."""
