Feature: Listing invoices
  Whoever follows up finds the invoices that are about something: by where they stand, by payment and by customer.

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"
    And an invoice of type "Data for Accounting" whose data is complete

  @every_entry
  Rule: Invoices are found by where they stand

    Scenario: Those that were rejected
      Given the row's VAT is "24" percent
      And the transfer was rejected
      And another invoice, for "Ola Fjell", was added
      When the invoices are listed whose state is "rejected"
      Then the list holds the invoice alone
      When the invoices are listed whose state is "unsent"
      Then the list holds the other invoice alone

    Scenario: Those that are not paid
      Given the invoice was sent
      And another invoice, for "Ola Fjell", was added
      And the accountant has published the order
      And the customer paid on 2021-02-01
      And the status was checked
      When the invoices are listed that are not paid
      Then the list holds the other invoice alone

  @every_entry
  Rule: Invoices are found by customer

    Scenario: By the beginning of a name
      Given the invoice was added
      And another invoice, for "Ola Fjellstad", was added
      When the invoices are listed whose customer is "ola fjells"
      Then the list holds the other invoice alone
