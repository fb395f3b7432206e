"""`kvitt customer`: settle which record an invoice's customer is."""

from typing import Annotated

import typer

from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.installation import installation
from entrypoints.cli.options import AsJson, BusinessName, InvoiceNumber
from entrypoints.cli.output import print_json, say, show
from entrypoints.documents import CustomerDocument


def link(
    number: InvoiceNumber,
    customer_id: Annotated[
        str, typer.Argument(metavar="CUSTOMER_ID", help="The record's id in the accounting system.")
    ],
    business: BusinessName,
    as_json: AsJson = False,
) -> int:
    """Link an invoice's customer to a record. That customer's later invoices use it too."""
    with installation() as container:
        record = container.link_customer().link(business, number, customer_id)
    if as_json:
        print_json(
            {
                "business": business,
                "invoice": number,
                "customer": CustomerDocument.of(record).document(),
            }
        )
    else:
        show(f"The customer of invoice {number} is record {record.id}, {record.name}.")
        say("If its transfer was rejected, send the invoice again.")
    return ExitCode.DONE
