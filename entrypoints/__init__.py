"""The ways in, all thin: HTTP, the command line, a worker, and the demo.

`container.py` is the only place that knows every room.
"""
