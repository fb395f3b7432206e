"""The console: what a shop's people see in their browser. The same use cases as the command line and the HTTP API."""
