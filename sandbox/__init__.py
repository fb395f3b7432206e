"""Stand-ins, one package for each accounting system, to develop, test and train against.

Each keeps books of its own and shares nothing with the adapters but the contract files: a stand-in that computed
with Kvitt's own code could not find Kvitt's faults.
"""
