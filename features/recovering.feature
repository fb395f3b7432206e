Feature: Recovering
  A backup from yesterday is put back: what was sent since is not sent a second time.

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"
    And an invoice of type "Data for Accounting" whose data is complete

  Rule: Nothing is sent before it is known what was sent since the backup

    Background:
      Given a backup was made before the invoice was sent
      And the backup was put back

    Scenario: The invoice waits
      When the invoice is sent again
      Then the transfer is held back until the orders are recovered
      And the books still have the order from before the backup was put back, and no other

    Scenario: The order is tied to its invoice
      When the orders are recovered
      And the invoice is sent again
      Then the transfer has arrived
      And the books have one order for the invoice

    Scenario: A person ties the order
      When a person says that the order is the invoice's
      And the invoice is sent again
      Then the transfer has arrived
      And the books have one order for the invoice

  Rule: An order of an invoice that is forgotten is taken when the invoice comes again

    Scenario: The source gives the invoice again
      Given a backup was made before the invoice was added
      And the backup was put back
      When the orders are recovered
      Then a person is told of the order
      When the same invoice is added and sent again
      Then the transfer has arrived
      And the books have one order for the invoice
