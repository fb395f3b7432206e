"""What the accounting system can do through this plugin, declared in one place: the tests hold the plugin to it."""

from kvitt import Abilities, Limits, Lookup

# What an order can hold, in characters and decimals. `pydoc kvitt.Limits` has the rest.
LIMITS = Limits(row_text=200, customer_name=100, product_name=100, decimals=2)

# `pydoc kvitt.Abilities` tells what else there is. What the API has and the plugin does not use goes into `left_out`.
ABILITIES = Abilities(limits=LIMITS, lookup=Lookup.BY_CUSTOMER)
