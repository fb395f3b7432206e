Feature: Telling the source
  The source need not ask about every invoice: what becomes of one is told, each thing once. Nothing is told where nothing
  has changed.

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"
    And an invoice of type "Data for Accounting" whose data is complete

  @every_entry
  Rule: What became of sending it is told

    Scenario: The invoice arrives, and is sent once more
      Given the invoice was sent
      When the invoice is sent
      Then the source was told once each, in this order: the invoice arrived

    Scenario: The accounting system can't take the invoice
      Given the row's VAT is "13" percent
      When the invoice is sent
      Then the source was told once each, in this order: the invoice was rejected

    Scenario: The invoice is mended after the accounting system could not take it
      Given the row's VAT is "13" percent
      And the transfer was rejected
      When the row's VAT is changed to "25" percent
      And the invoice is sent
      Then the source was told once each, in this order: the invoice was rejected, the invoice arrived

    Scenario: Two customers may be meant
      Given the books have these customers:
        | customer | type    | name          | organization number | e-mail      |
        | First    | company | Moe Anlegg AS | 911000008           | post@moe.no |
        | Second   | company | Moe Anlegg AS | 911000008           | post@moe.no |
      And an invoice for the organization "Moe Anlegg AS" with the number "911 000 008" and the e-mail "post@moe.no"
      When the invoice is sent
      Then the source was told once each, in this order: a customer must be chosen
      And the source was told the name of no customer

    Scenario: The invoice waits because the accounting system can't be reached
      Given the accounting system can't be reached
      When the invoice is sent
      Then the source was told nothing

  Rule: What is seen of its payment is told

    Background:
      Given the invoice was sent

    @every_entry
    Scenario: Published
      Given the accountant has published the order
      When the status of the invoice is checked
      Then the source was told once each, in this order: the invoice arrived, it was published

    Scenario: Nothing has changed since it was looked at
      Given the accountant has published the order
      And the status of the invoice was checked
      When the status of the invoice is checked
      Then the source was told once each, in this order: the invoice arrived, it was published

    Scenario: Not published yet
      When the status of the invoice is checked
      Then the source was told once each, in this order: the invoice arrived

    @every_entry
    Scenario: Published and paid between two looks
      Given the accountant has published the order
      And the customer paid on 2021-02-01
      When the status of the invoice is checked
      Then the source was told once each, in this order: the invoice arrived, it was published, it was paid

    Scenario: Paid, and nobody has clicked Check Status
      Given the accountant has published the order
      And the customer paid on 2021-02-01
      And what is open was followed up
      When what is open is followed up
      Then the source was told once each, in this order: the invoice arrived, it was published, it was paid

    @open_amount
    Scenario: Paid in part, and then in whole
      Given the accountant has published the order
      And the customer paid 500.00 on 2021-02-01
      And the status of the invoice was checked
      And the customer paid on 2021-02-02
      When the status of the invoice is checked
      Then the source was told once each, in this order: the invoice arrived, it was published, it was partly paid, it was paid

    Scenario: The bank takes the payment back
      Given the accountant has published the order
      And the customer paid on 2021-02-01
      And the status of the invoice was checked
      And the bank took the payment back
      When the status of the invoice is checked
      Then the source was told once each, in this order: the invoice arrived, it was published, it was paid, it is open again

    Scenario: The order is deleted
      Given the order is deleted in the books
      And the status of the invoice was checked
      When the status of the invoice is checked
      Then the source was told once each, in this order: the invoice arrived, it was deleted

    @every_entry
    Scenario: The invoice is credited
      Given the invoice was credited
      When the credit is sent
      Then the source was told once each, in this order: the invoice arrived, the credit arrived, it was credited

  Rule: That there is no way into the account is told, and that there is one again

    Scenario: The password is wrong until it is mended
      Given the business "fjell" is connected to the account "Fjellutleie AS" with a wrong password
      And the invoice was sent
      And the connection was verified
      When the right password is given
      And the connection of "fjell" is verified
      Then the source was first told that there is no way in, and then that there is one again

    Scenario: The password was right all the time
      When the connection of "fjell" is verified
      Then the source was told nothing

  Rule: That a whole batch is finished is told

    @every_entry
    Scenario: Three invoices in one go
      Given three invoices of type "Data for Accounting" whose data is complete
      And the second invoice has no due date
      When the three invoices are sent together
      Then the source was told of two invoices that arrived, and then once that all are finished
