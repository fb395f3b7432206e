Feature: Sending again
  An invoice becomes one order, however often it is sent and whatever befalls the answers.

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"
    And an invoice of type "Data for Accounting" whose data is complete

  @every_entry
  Rule: Sending twice is one transfer and one order

    Background:
      Given the invoice was sent

    Scenario: The same transfer comes back
      When the invoice is sent again
      Then it is the same transfer, with the same order
      And the books have one order for the invoice

    Scenario: Adding the same invoice again changes nothing
      When the same invoice is added and sent again
      Then it is the same transfer, with the same order
      And the books have one order for the invoice

    Scenario: Trying a transfer again that has arrived changes nothing
      When the transfer is tried again
      Then it is the same transfer, with the same order
      And the books have one order for the invoice

    Scenario: Changed after it was sent, it is refused
      When the invoice is changed and added again
      Then it is refused because it was "already sent"
      And the reason names the order
      And the books have one order for the invoice

    Scenario: What the accountant did with the order is left alone
      Given the accountant has published and deleted the order
      When the invoice is sent again
      Then it is the same transfer, with the same order
      And the books have no order

  Rule: Sent twice at the same time, it is still one

    Scenario: Two people send at the same moment
      When the invoice is sent twice at the same time
      Then both got the same transfer
      And the books have one order for the invoice

  @every_entry
  Rule: A rejected invoice is mended and tried again as the same transfer

    Scenario: Corrected after it was rejected
      Given the row's VAT is "24" percent
      And the transfer was rejected
      When the row's VAT is changed to "25" percent
      And the invoice is sent
      Then it is the same transfer, and it has arrived
      And the books have one order for the invoice

  Rule: An answer that was lost makes no second order

    Scenario: The answer is lost after the order was created
      Given the accounting system creates the order but its answer is lost
      When the invoice is sent
      And the transfer is tried again
      Then the transfer has arrived
      And the books have one order for the invoice

    Scenario: The answer is lost and no order was created
      Given the connection breaks before the accounting system creates the order
      And the invoice was sent
      When the transfer is tried again
      Then the transfer waits because of "settling"
      And the books have no order
      When the old call can no longer be running
      And the transfer is tried again
      Then the transfer has arrived
      And the books have one order for the invoice

    @impatient
    Scenario: The old call takes effect late
      Given the accounting system creates the order long after the caller has given up
      And the invoice was sent
      When the transfer is tried again
      Then the transfer waits because of "settling"
      When the late order has been created
      And the old call can no longer be running
      And the transfer is tried again
      Then the transfer has arrived
      And the books have one order for the invoice

    Scenario Outline: The answer is lost after something else was created
      Given the accounting system creates the <thing> but its answer is lost
      When the invoice is sent
      And the transfer is tried again
      Then the transfer has arrived
      And the books have one order for the invoice
      And the books have one product and one category
      And the books have one customer

      Examples:
        | thing    |
        | category |
        | product  |
        | customer |

    Scenario Outline: The answer is lost and nothing else was created
      Given the connection breaks before the accounting system creates the <thing>
      And the invoice was sent
      When the transfer is tried again
      Then the transfer waits because of "settling"
      When the old call can no longer be running
      And the transfer is tried again
      Then the transfer has arrived
      And the books have one order for the invoice
      And the books have one product and one category
      And the books have one customer

      Examples:
        | thing    |
        | category |
        | product  |
        | customer |

    Scenario: Until it is known, the invoice can't be changed
      Given the connection breaks before the accounting system creates the order
      And the invoice was sent
      When the invoice is changed and added again
      Then it is refused because of an "invoice locked"

    Scenario: Before its order was begun, an invoice may be changed
      Given the accounting system can't look up customers
      And the invoice was sent
      When the row's unit price is changed to "1300.00"
      And the accounting system is well again
      And the invoice is sent
      Then the transfer has arrived
      And the order's total in the books is 1625.00 with VAT
