"""The REST half of the sandbox: the vendor's public API over the same books, one module per resource."""

from sandbox.twentyfour_seven_office.rest import (
    customers,
    order_lines,
    products,
    sales_orders,
    tables,
    token,
    transaction_lines,
)
from sandbox.twentyfour_seven_office.rest.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *customers.OPERATIONS,
    *products.OPERATIONS,
    *tables.OPERATIONS,
    *sales_orders.OPERATIONS,
    *order_lines.OPERATIONS,
    *transaction_lines.OPERATIONS,
)
OPERATION_NAMES = (token.OPERATION, *(operation.name for operation in OPERATIONS))

__all__ = ["OPERATIONS", "OPERATION_NAMES", "Operation"]
