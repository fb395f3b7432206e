"""Tripletex through its API v2. Importing this package is cheap; httpx is loaded with the first call."""
