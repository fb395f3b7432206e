Feature: Withdrawing
  An order that is not an invoice yet can be taken back, and the invoice changed and sent again.

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"
    And an invoice of type "Data for Accounting" whose data is complete
    And the invoice was sent

  @every_entry @deletes_orders
  Rule: While it is not published, the order is deleted

    Scenario: Withdrawn, changed and sent again
      When the invoice is withdrawn
      Then the invoice is withdrawn, and the books have no order for it
      When the row's unit price is changed to "1300.00"
      And the invoice is sent
      Then it is another transfer, and it has arrived
      And the books have one order for the invoice
      And the order's total in the books is 1625.00 with VAT

    Scenario: Both at once
      When the invoice is replaced by one with the unit price "1300.00"
      Then it is another transfer, and it has arrived
      And the books have one order for the invoice
      And the order's total in the books is 1625.00 with VAT

    Scenario: Withdrawing it twice is withdrawing it once
      When the invoice is withdrawn
      And the invoice is withdrawn
      Then the invoice is withdrawn, and the books have no order for it
      And the order was deleted once

  @deletes_orders
  Rule: A published order stays

    Scenario: It was published before
      Given the accountant has published the order
      When the invoice is withdrawn
      Then the order stays because of "order published"
      And the books have one order for the invoice

    Scenario: It is published before it is replaced
      Given the accountant has published the order
      When the invoice is replaced by one with the unit price "1300.00"
      Then the order stays because of "order published"
      And the books have one order for the invoice
      And the order's total in the books is 1500.00 with VAT

    Scenario: It is published after the answer was lost
      Given the connection breaks before the accounting system deletes the order
      When the invoice is withdrawn
      And the accountant publishes the order
      And the worker goes on
      Then the order stays because of "order published"
      And the books have one order for the invoice

  @deletes_orders
  Rule: An answer that was lost deletes nothing twice

    Scenario: The order was deleted
      Given the accounting system deletes the order but its answer is lost
      When the invoice is withdrawn
      And the worker goes on
      Then the invoice is withdrawn, and the books have no order for it
      And the order was deleted once

    Scenario: The order was not deleted
      Given the connection breaks before the accounting system deletes the order
      When the invoice is withdrawn
      And the worker goes on
      Then the withdrawal waits because of "settling"
      When the old call can no longer be running
      And the worker goes on
      Then the invoice is withdrawn, and the books have no order for it
      And the order was deleted once

    Scenario: Sent again before that is known
      Given the connection breaks before the accounting system deletes the order
      When the invoice is withdrawn
      And the invoice is sent again
      Then the books have one order for the invoice
      When the old call can no longer be running
      And the worker goes on
      Then it is another transfer, and it has arrived
      And the books have one order for the invoice

    Scenario: Until that is known, the invoice can't be changed
      Given the connection breaks before the accounting system deletes the order
      When the invoice is withdrawn
      And the invoice is changed and added again
      Then it is refused because of an "invoice locked"

  Rule: What is gone already is withdrawn

    Scenario: The accountant deleted the order
      Given the accountant has deleted the order
      When the invoice is withdrawn
      Then the invoice is withdrawn, and the books have no order for it

  @keeps_orders
  Rule: Where the accounting system can't delete the order, a person does

    Scenario: It says so, and goes on when the order was deleted
      When the invoice is withdrawn
      Then the order stays because of "cannot withdraw"
      And the books have one order for the invoice
      When the accountant deletes the order
      And the invoice is withdrawn
      Then the invoice is withdrawn, and the books have no order for it
      When the row's unit price is changed to "1300.00"
      And the invoice is sent
      Then it is another transfer, and it has arrived
      And the books have one order for the invoice
