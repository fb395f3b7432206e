"""A plugin for Kvitt: my-ledger."""
