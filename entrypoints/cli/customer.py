"""`kvitt customer`: settle which record an invoice's customer is."""

from typing import Annotated

import typer

from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.installation import installation
from entrypoints.cli.options import AsJson, BusinessName, InvoiceNumber
from entrypoints.cli.output import print_json, say, show
from entrypoints.documents import CustomerDocument
from entrypoints.invoice_documents import UnlinkedCustomer


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


def unlink(number: InvoiceNumber, business: BusinessName, as_json: AsJson = False) -> int:
    """Forget which record an invoice's customer is. The next send for that customer looks for it anew."""
    with installation() as container:
        forgotten = container.link_customer().unlink(business, number)
    if as_json:
        print_json(UnlinkedCustomer(invoice=number, forgotten=list(forgotten)).document())
    elif forgotten:
        show(f"The customer of invoice {number} is no longer linked to record {', '.join(forgotten)}.")
        say("The next invoice of that customer looks for the record anew. What was sent stays as it is.")
    else:
        show(f"Nothing was remembered about the customer of invoice {number}.")
    return ExitCode.DONE
