"""Views: how outcomes look, to people as text and to programs as JSON, Markdown, Mermaid, SARIF."""
