"""The stand-in for Tripletex: companies with books of their own, behind its API.

As strict as the vendor's description and what is known beyond it. What is known from nowhere is in assumed.py.
There is no way to publish an order or to take a payment over the API: that is done in the books, by the accountant.
"""

from sandbox.tripletex.companies import Company
from sandbox.tripletex.demo import DEMO_CONSUMER_TOKEN, DEMO_EMPLOYEE_TOKEN
from sandbox.tripletex.system import Tripletex

__all__ = ["DEMO_CONSUMER_TOKEN", "DEMO_EMPLOYEE_TOKEN", "Company", "Tripletex"]
