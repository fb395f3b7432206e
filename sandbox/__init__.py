"""A stand-in for the accounting systems, to develop, test and train against; it listens on loopback only.

One server, one clock, one journal and one control page for all of them, and one package for each system, with books
of its own. As strict as the vendors are known to be, and able to fail on request. It shares nothing with the adapters
but the contract files: a stand-in that computed with Kvitt's own code could not find Kvitt's faults.
"""

from sandbox.demo import DEMO_ACCOUNT, DEMO_OTHER_ACCOUNT
from sandbox.keeping import NotBooksError
from sandbox.sandbox import Sandbox

__all__ = ["DEMO_ACCOUNT", "DEMO_OTHER_ACCOUNT", "NotBooksError", "Sandbox"]
