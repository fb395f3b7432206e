"""The command line, `kvitt`: for support staff, scripts and whoever tries the gateway out.

Thin: use cases do the work. What is heavy to import is imported inside the command that needs it, so that `--help`
answers at once.
"""
