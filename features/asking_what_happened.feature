Feature: Asking what happened to an invoice
  Support is asked about one invoice, and reads its whole story in one go. What was sent already is said to be, and what
  was never sent can be deleted.

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"
    And an invoice of type "Data for Accounting" whose data is complete

  @every_entry
  Rule: All that happened is one story

    Scenario: The way of an invoice, from being added to being checked
      Given the invoice was sent
      And the accountant has published the order
      When the status of the invoice is checked
      And it is asked what happened to the invoice
      Then the story tells in this order:
        | what happened                          |
        | The invoice was added.                 |
        | The invoice was sent.                  |
        | Attempt 1 began.                       |
        | Noted that the order is about to be created. |
        | Transferred as order                   |
        | Not paid: the invoice was open.        |
      And the story says who added the invoice

    Scenario: Corrected after it was rejected
      Given the row's VAT is "24" percent
      And the transfer was rejected
      When the row's VAT is changed to "25" percent
      And the invoice is sent
      And it is asked what happened to the invoice
      Then the story tells in this order:
        | what happened            |
        | The invoice was added.   |
        | The invoice was sent.    |
        | Rejected:                |
        | The invoice was changed. |
        | The invoice was sent.    |
        | Transferred as order     |

    Scenario: Nothing is known of it
      When it is asked what happened to the invoice
      Then it is refused because it is an "unknown invoice"

  @every_entry
  Rule: What was sent already is said to be

    Scenario: A preview names the order
      Given the invoice was sent
      When the invoice is previewed
      Then it is said that the invoice was sent already, as its order

    Scenario: An order that was seen to be gone is said to be
      Given the invoice was sent
      And the order is deleted in the books
      And the status was checked
      When the invoice is previewed
      Then it is said that the invoice was sent already, as its order
      And it is said that its order was deleted

  @every_entry
  Rule: An invoice that has no order can be deleted

    Scenario: It was never sent
      Given the invoice was added
      When the invoice is deleted
      And it is asked what happened to the invoice
      Then the story tells in this order:
        | what happened            |
        | The invoice was added.   |
        | The invoice was deleted. |

    Scenario: It was deleted and is added anew
      Given the invoice was added
      When the invoice is deleted
      And the invoice is sent
      Then the transfer has arrived
      And the books have one order for the invoice

    Scenario: It was rejected
      Given the row's VAT is "24" percent
      And the transfer was rejected
      When the invoice is deleted
      And the transfer is tried again
      Then it is refused because it is an "unknown invoice"
      And the books have no order

    Scenario: It was sent
      Given the invoice was sent
      When the invoice is deleted
      Then it is refused because it was "already sent"
      And the reason names the order

    Scenario: It is on its way
      Given the accounting system can't look up customers
      And the invoice was sent
      When the invoice is deleted
      Then it is refused because of a "transfer live"

    Scenario: Its order may exist
      Given the accounting system creates the order but its answer is lost
      And the invoice was sent
      When the invoice is deleted
      Then it is refused because of an "invoice locked"

  @every_entry
  Rule: A remembered customer can be forgotten

    Scenario: The next invoice looks for the customer anew
      Given the books have these customers:
        | customer | type   | name          | e-mail        |
        | First    | person | Kari Nordmann | kari@fjell.no |
        | Second   | person | Ola Nordmann  | ola@fjell.no  |
      When the invoice's customer is linked to the customer Second
      And the invoice's customer is unlinked
      And the invoice is sent
      Then the order is for the customer First
