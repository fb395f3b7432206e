"""All operations that are there."""

from sandbox.tripletex import company_operations, customers, invoices, orders, products, tables, token
from sandbox.tripletex.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *token.OPERATIONS,
    *company_operations.OPERATIONS,
    *customers.OPERATIONS,
    *products.OPERATIONS,
    *tables.OPERATIONS,
    *orders.OPERATIONS,
    *invoices.OPERATIONS,
)
OPERATION_NAMES = (token.CREATE, *(operation.name for operation in OPERATIONS))
