"""Pages of the docs that are written from the source: `make docs` writes them, and a test compares them with it."""
