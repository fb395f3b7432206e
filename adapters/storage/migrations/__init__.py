"""The migrations: how a database got its tables, one step a file."""
