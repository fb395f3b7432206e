"""A company's books in any of the stand-ins, as its accountant sees them and works in them: one module a system.

Scenarios, the conformance benches and the attacks look at books through this, and never at a system's own records.
"""
