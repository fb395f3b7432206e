"""24SevenOffice through its REST API. Importing this package is cheap; httpx is loaded with the first call."""
