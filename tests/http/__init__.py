"""The HTTP API over a real container, SQLite and the sandbox."""
