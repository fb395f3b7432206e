Feature: Sending many invoices at once
  At the end of a month many invoices are sent in one go. Each is still a transfer of its own, with every promise of a
  single one.

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"
    And three invoices of type "Data for Accounting" whose data is complete

  @every_entry
  Rule: Each invoice becomes its one order

    Scenario: Several invoices in one go
      When the three invoices are sent together
      Then all three invoices have arrived
      And the books have one order for each invoice that arrived

    Scenario: Sending the same invoices together twice makes no second order
      Given the three invoices were sent together
      When the three invoices are sent together
      Then all three invoices have arrived
      And each invoice has the same transfer as before
      And the books have one order for each invoice that arrived

  @every_entry
  Rule: One that can't be sent does not hold up the others

    Scenario: One is incomplete
      Given the second invoice has no due date
      When the three invoices are sent together
      Then the second invoice was refused because of an "invalid invoice"
      And the first and the third invoice have arrived
      And the books have one order for each invoice that arrived

    Scenario: One is of type Printed
      Given the second invoice is of type "Printed"
      When the three invoices are sent together
      Then the second invoice was refused because of a "not data for accounting"
      And the first and the third invoice have arrived

    Scenario: One is refused by the accounting system
      Given the customer of the second invoice is closed in the books
      When the three invoices are sent together
      Then the second invoice is rejected
      And the first and the third invoice have arrived
      And the books have one order for each invoice that arrived

  Rule: All means what has not arrived yet

    Scenario: What has arrived and what is of type Printed is left out
      Given the three invoices were sent together
      And a fourth invoice of type "Data for Accounting" whose data is complete
      And a fifth invoice of type "Printed" whose data is complete
      When all invoices are sent
      Then only the fourth invoice was sent
      And the books have one order for each invoice that arrived

    Scenario: What was rejected is tried again once it is mended
      Given the customer of the second invoice is closed in the books
      And the three invoices were sent together
      When the customer of the second invoice is open in the books again
      And all invoices are sent
      Then only the second invoice was sent
      And all three invoices have arrived
      And each invoice has the same transfer as before
      And the books have one order for each invoice that arrived

  Rule: An answer that was lost makes no second order

    Scenario: The answer is lost after an order was created
      Given the accounting system creates the order but its answer is lost
      And the three invoices were sent together
      When the old call can no longer be running
      And the three invoices are sent together
      Then all three invoices have arrived
      And the books have one order for each invoice that arrived
