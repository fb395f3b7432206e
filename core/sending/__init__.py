"""The engine: a worker's turn at a business, and what an attempt at its transfers does, step by step."""
