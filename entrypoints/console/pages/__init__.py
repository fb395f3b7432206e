"""The console's pages, a module each: the handlers, and what their templates are shown."""
