"""A plugin for Kvitt: a ledger kept in a folder of CSV files."""
