"""Simulated histories: the core and the real storage, driven through trouble that one number decides.

A history is one installation's life: people and source systems act, workers take turns, the accounting system answers
late or not at all, processes die at any call or commit. Nothing in it takes real time and nothing in it is left to
chance: the same seed gives the same history on every machine. `python -m tests.simulation --seed N` plays one.
"""
