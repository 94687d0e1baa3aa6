"""Standards: documents of others' making (ODCS, ODPS): read with their places, held against their official schemas."""
