Feature: Totals
  What an invoice adds up to, by the European standard: a row's amount is rounded half away from zero to the øre; VAT is
  taken per rate on the sum of its rows and rounded once; where prices include VAT, the VAT is that rate's share of the
  sum.

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"
    And an invoice of type "Data for Accounting" whose data is complete

  Rule: Each row and the invoice have net, VAT and gross

    Scenario: One rate, with half øre to round
      Given the rows of the invoice are:
        | product    | quantity | unit price | discount | VAT percent |
        | Byggtørker | 3        | 33.33      | 33.33    | 25          |
        | Klipper    | 0.75     | 175.15     | 12.5     | 25          |
        | Tank       | 12.125   | 0.07       | 0        | 25          |
      When the invoice is previewed
      Then the totals of the rows are:
        | net    | VAT   | gross  |
        | 66.66  | 16.67 | 83.33  |
        | 114.94 | 28.74 | 143.68 |
        | 0.85   | 0.21  | 1.06   |
      And the invoice's total is 182.45 net, 45.61 VAT and 228.06 gross

    Scenario: VAT is rounded once per rate, not row by row
      Given the rows of the invoice are:
        | product | quantity | unit price | VAT percent |
        | Spade   | 1        | 0.10       | 25          |
        | Spett   | 1        | 0.10       | 25          |
        | Matpakke | 1       | 10.00      | 15          |
      When the invoice is previewed
      Then the totals of the rows are:
        | net   | VAT  | gross |
        | 0.10  | 0.03 | 0.13  |
        | 0.10  | 0.03 | 0.13  |
        | 10.00 | 1.50 | 11.50 |
      And the invoice's total is 10.20 net, 1.55 VAT and 11.75 gross

    Scenario: Prices including VAT
      Given the invoice's prices include VAT
      And the rows of the invoice are:
        | product | quantity | unit price | VAT percent |
        | Ski     | 3        | 149.50     | 25          |
        | Kaffe   | 3        | 65.00      | 15          |
      When the invoice is previewed
      Then the totals of the rows are:
        | net    | VAT   | gross  |
        | 358.80 | 89.70 | 448.50 |
        | 169.57 | 25.43 | 195.00 |
      And the invoice's total is 528.37 net, 115.13 VAT and 643.50 gross

    Scenario: A credit is rounded away from zero as well
      Given the rows of the invoice are:
        | product | quantity | unit price | VAT percent |
        | Spade   | -1       | 0.10       | 25          |
        | Spade   | -0.5     | 0.01       | 0           |
      When the invoice is previewed
      Then the invoice's total is -0.11 net, -0.03 VAT and -0.14 gross

  Rule: What the accounting system computed is compared, and a difference of even one øre is told with both figures

    Scenario: No difference, no warning
      When the invoice is sent
      And the status of the invoice is checked
      Then neither the transfer nor the report has a warning

    @totals_at_once
    Scenario Outline: One øre at the send
      Given the accounting system computes the total <difference> øre off
      When the invoice is sent
      Then the transfer has arrived
      And the transfer has a warning that names "1500.00" and "<the books' total>"

      Examples:
        | difference | the books' total |
        | 1          | 1500.01          |
        | -1         | 1499.99          |

    @every_entry
    Scenario: One øre at Check Status, without asking the accounting system more than once
      Given the accounting system computes the total 1 øre off
      And the invoice was sent
      When the status of the invoice is checked
      Then the report has a warning that names "1500.00" and "1500.01"
      And the accounting system was asked once for the status

    Scenario: The accounting system's figures are rounded to the øre before they are compared
      Given the accounting system computes the total 0.4 øre off
      When the invoice is sent
      Then the transfer has no warning
