"""Listening for HTTP: who is let near, for how long, and what counts as a request. What is answered is for others."""
