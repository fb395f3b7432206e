"""Attacks on the promise that every invoice becomes exactly one order: faults, kills, storms and races.

What is marked `attack` takes minutes and is left to `make attack`; the rest is a sample that every run makes.
"""
