Feature: Crediting an invoice
  An invoice that was sent is credited in full or row by row. The credit is an invoice of its own, with negative
  quantities and a reference to the one that it credits; it is previewed and sent like any other. Never more is credited
  than is left.

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"
    And an invoice of type "Data for Accounting" whose data is complete
    And the rows of the invoice are:
      | product | quantity | unit price | discount | VAT percent |
      | Tractor | 3        | 1200.00    | 10       | 25          |
      | Trailer | 1        | 500.00     | 0        | 25          |
    And the invoice was sent

  @every_entry
  Rule: A credit is an invoice of its own, yet to be sent

    Scenario: All of the invoice
      When the invoice is credited
      Then the credit has the number "2001-1-K1" and is not sent
      And 0.00 kroner is left to credit
      And the invoice and its credits show each other

    Scenario: It is sent like any other
      Given the invoice was credited
      When the credit is sent
      Then the books have one order for the credit, which names the invoice

    Scenario: A row and a part of another
      When 1.5 of row 1 and row 2 are credited
      Then the credit has the number "2001-1-K1" and is not sent
      And 1.5 is left of row 1
      And 2025.00 kroner is left to credit

    Scenario: In several parts, to the last øre
      Given 1 of row 1 was credited
      And 0.33 of row 1 was credited
      When all that is left of the invoice is credited
      Then the credit has the number "2001-1-K3" and is not sent
      And 0.00 kroner is left to credit
      And the invoice and its credits show each other

  Rule: Never more than is left

    @every_entry
    Scenario: More than the row has
      When 3.5 of row 1 is credited
      Then it is refused because of a "credit exceeds"
      And 4675.00 kroner is left to credit

    Scenario: More than earlier credits left of it
      Given 2 of row 1 was credited
      When 1.5 of row 1 is credited
      Then it is refused because of a "credit exceeds"
      And 1 is left of row 1

    Scenario: Nothing is left
      Given the invoice was credited
      When the invoice is credited
      Then it is refused because it is "fully credited"

    Scenario: Credits that were added by hand count
      Given a credit of "2" of the first row was added by hand
      When 1.5 of row 1 is credited
      Then it is refused because of a "credit exceeds"

    Scenario: A credit that is changed before it is sent gives back what it took
      Given the invoice was credited
      When the credit is changed to credit nothing of the second row
      Then 1 is left of row 2
      And 625.00 kroner is left to credit

  Rule: What the customer was never asked for is not credited

    Scenario: It was not sent
      Given the next invoice for the customer was added and not sent
      When the invoice is credited
      Then it is refused because it is "not sent"
