"""Read what teams committed: a folder of YAML and SQL becomes a `Mesh`, every problem and the origin of every value."""
