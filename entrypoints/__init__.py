"""The ways in, all thin: HTTP, the command line, and the sandbox.

`container.py` is the only place that knows every room.
"""
