"""What the core needs done outside: by an accounting system, and by our own stores, clock and queue."""
