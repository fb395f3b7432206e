Feature: Following up
  Where somebody wants to be told, or the operator wants it, the accounting system is asked now and then how the open invoices
  stand, without anybody clicking Check Status. Open is what is not known to be paid or deleted.

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"
    And an invoice of type "Data for Accounting" whose data is complete

  Rule: What is open is asked about every time

    Background:
      Given the invoice was sent

    Scenario: Paid, and nobody has asked
      Given the accountant has published the order
      And the customer paid on 2021-02-01
      When what is open is followed up
      Then the invoice is known to be "paid"

    Scenario: Paid after it was followed up
      Given what is open was followed up
      And the accountant has published the order
      And the customer paid on 2021-02-01
      When what is open is followed up
      Then the invoice is known to be "paid"

    Scenario: Still open
      Given what is open was followed up
      When what is open is followed up
      Then the accounting system was asked once for the status

    Scenario: Not ours for a while
      Given the accountant has published the order
      And the customer paid on 2021-02-01
      And the order's number was changed to "77"
      And what is open was followed up
      And the order's number was put back
      When what is open is followed up
      Then the invoice is known to be "paid"

  Rule: What is settled is not asked about

    Scenario: Known to be paid
      Given the invoice was sent
      And the accountant has published the order
      And the customer paid on 2021-02-01
      And what is open was followed up
      When what is open is followed up
      Then the accounting system was not asked again
      And the invoice is known to be "paid"

    Scenario: Known to be paid from a Check Status
      Given the invoice was sent
      And the accountant has published the order
      And the customer paid on 2021-02-01
      And the status of the invoice was checked
      When what is open is followed up
      Then the accounting system was not asked again

    Scenario: Known to be deleted
      Given the invoice was sent
      And the order is deleted in the books
      And what is open was followed up
      When what is open is followed up
      Then the accounting system was not asked again

    Scenario: Never sent
      Given the invoice was added
      When what is open is followed up
      Then the accounting system was not asked again
