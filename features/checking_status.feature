@every_entry @in_the_console
Feature: Check Status
  "In Sharefox you can see if an invoice was paid in 24Seven, by clicking button Check Status. The system will look for
  the invoice in 24SevenOffice and return the status of the invoice (paid, not paid)."

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"
    And an invoice of type "Data for Accounting" whose data is complete

  Rule: The status is what the accounting system says now

    Background:
      Given the invoice was sent

    Scenario: Not published yet
      When the status of the invoice is checked
      Then the invoice is "not paid" because it is "not published"
      And the report names the order

    Scenario: Published, not paid
      Given the accountant has published the order
      When the status of the invoice is checked
      Then the invoice is "not paid" because it is "open"
      And the report names the published invoice and its date

    Scenario: Paid, on the date as in Norway
      Given the accountant has published the order
      And the customer paid on 2021-02-01
      When the status of the invoice is checked
      Then the invoice is "paid" because it is "paid"
      And the report says that it was paid on 2021-02-01

    Scenario: Paid in summer, on the date as in Norway
      Given the accountant has published the order
      And the customer paid on 2021-07-01
      When the status of the invoice is checked
      Then the report says that it was paid on 2021-07-01

    Scenario: More was paid than the invoice says
      Given the accountant has published the order
      And the customer paid 2000.00 on 2021-02-01
      When the status of the invoice is checked
      Then the invoice is "paid" because it is "paid"
      And the report says that it was paid on 2021-02-01
      And the report has no warning

    Scenario: Every check asks anew
      Given the accountant has published the order
      And the status of the invoice was checked
      And the customer paid on 2021-02-01
      When the status of the invoice is checked
      Then the invoice is "paid" because it is "paid"

    Scenario: Deleted in the books
      Given the order is deleted in the books
      When the status of the invoice is checked
      Then the invoice is "not paid" because it is "deleted"

  Rule: An order is ours only with our number and our customer on it

    Background:
      Given the invoice was sent
      And the accountant has published the order
      And the customer paid on 2021-02-01

    Scenario: The id was used again for somebody else's order
      Given the order's id was used again for somebody else's order
      When the status of the invoice is checked
      Then the invoice is "not paid" because it is "not ours"
      And the report tells nothing of the other order's payment
      And the report has a warning that names "77" and "reused"

    Scenario: The number on the order was changed by hand
      Given the order's number was changed to "77"
      When the status of the invoice is checked
      Then the invoice is "not paid" because it is "not ours"
      And the report has a warning that names "77" and "adopt the right one"

    Scenario: The number is put back
      Given the order's number was changed to "77"
      And the status of the invoice was checked
      And the order's number was put back
      When the status of the invoice is checked
      Then the invoice is "paid" because it is "paid"

    Scenario: The order was moved to another customer by hand
      Given the order was moved to another customer
      When the status of the invoice is checked
      Then the invoice is "not paid" because it is "not ours"
      And the report has a warning that names "customer" and "adopt the right one"

    Scenario: What was last seen of the order stays
      Given the status of the invoice was checked
      And the order's id was used again for somebody else's order
      When the status of the invoice is checked
      Then the invoice is known to be "paid"

  Rule: Where nothing is to be paid, it is paid once it is published

    Background:
      Given the row's discount is "100" percent
      And the invoice was sent

    Scenario: Nothing to pay, and not published yet
      When the status of the invoice is checked
      Then the invoice is "not paid" because it is "not published"

    Scenario: Nothing to pay, and published
      Given the accountant has published the order
      When the status of the invoice is checked
      Then the invoice is "paid" because it is "paid"
      And it was paid on the day of the invoice

  Rule: There is no status of an invoice that is not in the books

    Scenario: Never sent
      Given the invoice was added
      When the status of the invoice is checked
      Then it is refused because it was "not sent"
      And the reason names the invoice

    Scenario: Sent and rejected
      Given the row's VAT is "24" percent
      And the transfer was rejected
      When the status of the invoice is checked
      Then it is refused because it was "not sent"

    Scenario: Not known at all
      When the status of the invoice "9999-9" is checked
      Then it is refused because of an "unknown invoice"

  @open_amount
  Rule: A part is not the whole

    Scenario: Partly paid, and how much is left
      Given the invoice was sent
      And the accountant has published the order
      And the customer paid 500.00 on 2021-02-01
      When the status of the invoice is checked
      Then the invoice is "not paid" because it is "partly paid"
      And the report has a warning that names "1500.00" and "1000.00"
