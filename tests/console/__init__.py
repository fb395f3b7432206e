"""The console, as the real application answers it: over a real container, SQLite and the sandbox."""
