"""The HTTP API: thin handlers that translate between JSON and the use cases."""
