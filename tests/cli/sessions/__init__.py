"""Sessions at a terminal, 80 columns wide: commands with all they print, played and compared.

`python -m tests.cli.sessions` (`make sessions`) writes them anew; docs/developing.md says how they are written.
"""
