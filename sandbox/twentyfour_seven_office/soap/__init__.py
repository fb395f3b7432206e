"""The SOAP half of the sandbox: the vendor's services along the contract files, one module per service."""
