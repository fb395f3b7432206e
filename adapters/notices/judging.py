"""Whether a message can be sent to an address at all, as apprise reads it; nothing is looked up or sent.

apprise is imported when the first address is judged: few commands need it, and each would wait for it.
"""


def fault_for_business(address: str) -> str:
    """Return what keeps messages from being sent to an address of a business's; nothing where nothing does."""
    from adapters.notices.apprise_messenger import what_is_wrong

    return what_is_wrong(address, trusted=False)


def fault_for_operator(address: str) -> str:
    """Return what keeps messages from being sent to an address of the operator's; nothing where nothing does."""
    from adapters.notices.apprise_messenger import what_is_wrong

    return what_is_wrong(address, trusted=True)
