"""Built in: what the organisation asks of every product, one file each: a code, a severity, a docstring, a function."""
