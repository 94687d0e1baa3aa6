"""HTTP APIs: asked with patience (`ask`), page after page (`pages`), and held to what was promised (`read`)."""
