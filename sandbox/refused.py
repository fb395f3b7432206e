"""What the accountant is refused, kept as a sentence and its values, so that the page can say it in any language."""


class RefusedError(ValueError):
    """An act is refused. `template` is an English sentence with places for `values`, by their names in braces."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template.format(**values))
        self.template = template
        self.values = values


class NotPossibleError(RefusedError):
    """The books do not allow this act as they stand."""


class NotUnderstoodError(RefusedError):
    """What was entered makes no sense."""
