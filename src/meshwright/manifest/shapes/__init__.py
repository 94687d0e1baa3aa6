"""Shapes: which keys and values each document may have; the reference and editors' schemas are made of them."""
