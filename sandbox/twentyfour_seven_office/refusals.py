"""The two ways in which 24SevenOffice says no.

docs/24sevenoffice.md, "Calls and errors": a SOAP fault for the whole call, and an APIException inside one item of an
array result while the other items succeed.
"""

PARAMETER_NOT_FOUND = "Office24Seven.Library.Core.ParameterNotFoundException"
INVALID_PARAMETER = "Office24Seven.Library.Core.InvalidParameterException"
DEPARTMENT_IS_REQUIRED = "Office24Seven.Library.Economy.Accounting.DepartmentIsRequiredException"
PROJECT_IS_REQUIRED = "Office24Seven.Library.Economy.Accounting.ProjectIsRequiredException"

PREFIX = "System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> "


class CallRefusedError(Exception):
    """The whole call is answered with a SOAP fault.

    `cause` is the text after the last "--->"; a fault blamed on the caller (`by_caller`) carries the SOAP
    code Client or Sender, every other one Server or Receiver.
    """

    def __init__(self, cause: str, *, by_caller: bool = False) -> None:
        super().__init__(cause)
        self.cause = cause
        self.by_caller = by_caller

    @property
    def text(self) -> str:
        """The faultstring."""
        return PREFIX + self.cause


class InvalidRequestError(CallRefusedError):
    """The request does not fit the contract (docs/24sevenoffice.md, "Calls and errors")."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            "System.InvalidOperationException: There is an error in the XML document. ---> "
            f"System.InvalidOperationException: Instance validation error: {problem}",
            by_caller=True,
        )


class UnreadableRequestError(CallRefusedError):
    """The request is no SOAP message for this address; the text stands alone, without the usual prefix."""

    def __init__(self, text: str) -> None:
        super().__init__(text, by_caller=True)

    @property
    def text(self) -> str:
        """The faultstring."""
        return self.cause


class ItemRefusedError(Exception):
    """One item of an array write is answered with an APIException and not written."""

    def __init__(self, message: str, *, kind: str = INVALID_PARAMETER) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind

    def as_values(self) -> dict[str, str]:
        """The members of the APIException; like the vendor's, it shows more of the inside than it should."""
        return {
            "Type": self.kind,
            "Message": self.message,
            "StackTrace": "   at Office24Seven.Library.Core.Guard.Check(Object value) on 10.20.30.40",
        }


def not_found(thing: str, number: object) -> ItemRefusedError:
    """The refusal of an id that the account does not have."""
    return ItemRefusedError(f"{thing} with id {number} was not found", kind=PARAMETER_NOT_FOUND)
