"""Show: read models of what is known, as HTML and as JSON. Nothing here changes state."""
