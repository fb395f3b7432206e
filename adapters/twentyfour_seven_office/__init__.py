"""24SevenOffice, reached through its own APIs."""
