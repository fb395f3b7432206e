Feature: VAT
  "We will be looking for VAT by given percentage per row".

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"
    And an invoice of type "Data for Accounting" whose data is complete

  Rule: The percentage of a row gives its VAT code: the sale's, never another of the same rate

    Scenario Outline: Each rate has one code for a sale
      Given the row's VAT is "<percent>" percent
      When the invoice is sent
      Then the order's row has the VAT code <code> with <percent> percent

      Examples:
        | percent | code |
        | 25      | 3    |
        | 25.00   | 3    |
        | 15      | 31   |
        | 11.11   | 32   |
        | 12      | 33   |
        | 0       | 5    |

    Scenario: Each row has its own
      Given the rows of the invoice are:
        | product          | VAT percent |
        | Hytteovernatting | 12          |
        | Matpakke         | 15          |
        | El-sykkel        | 25          |
      When the invoice is sent
      Then the VAT codes of the order's rows are 33, 31 and 3

    Scenario: A rate that the account knows for purchases only is not used on a sale
      Given the account has these VAT codes only:
        | code | percent | for       | name                          |
        | 1    | 25      | purchases | Inngående avgift, høy sats    |
        | 14   | 25      | purchases | Innførselsavgift, høy sats    |
        | 31   | 15      | sales     | Utgående avgift, middels sats |
      When the invoice is sent
      Then the transfer is rejected because of an "unknown vat rate"
      And the books have no order

  Rule: The business may name another code for a rate

    Scenario: Export instead of exempt
      Given the business's settings say VAT code 52 for "0" percent
      And the row's VAT is "0" percent
      When the invoice is sent
      Then the order's row has the VAT code 52 with 0 percent
      And the transfer has no warning

    Scenario: Without a setting, no VAT at all is a reason for a warning
      Given the row's VAT is "0" percent
      When the invoice is sent
      Then the transfer has a warning that names "0 %"

    Scenario: A code that is not for a sale is refused
      Given the business's settings say VAT code 1 for "25" percent
      When the invoice is sent
      Then the transfer is rejected because of a "vat code not for sale"
      And the books have no order

  Rule: A rate that the account does not have is refused, and those it has are named

    Scenario: Nobody in Norway knows 24 percent
      Given the row's VAT is "24" percent
      When the invoice is sent
      Then the transfer is rejected because of an "unknown vat rate"
      And the reason names "24 %"
      And the reason names "25 %, 15 %, 12 %, 11.11 %, 0 %"
      And the books have no order
