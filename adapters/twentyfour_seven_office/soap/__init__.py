"""24SevenOffice through its SOAP services. Importing this package is cheap; zeep is loaded with the first call."""
