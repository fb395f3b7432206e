"""What the accounting system says of the account itself."""

from core.fields import Document


class Account(Document):
    """Whose books are reached: the company's name as the accounting system shows it, and its id there."""

    name: str
    id: str


class Right(Document):
    """One thing the gateway must be allowed to do, and whether it is. `message` says why not."""

    name: str
    allowed: bool
    message: str | None = None
