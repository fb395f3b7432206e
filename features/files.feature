Feature: Files
  Invoices also come in the files that people have: electronic invoices and credit notes (EHF, UBL), and tables with a
  heading for every column. Each becomes the same invoice, and the same order, as if the source had stated it.

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"

  Rule: An electronic invoice comes out with the totals that it states

    @every_entry
    Scenario: An electronic invoice
      Given an electronic invoice of 1000.00 kroner without VAT and 1250.00 with it
      When its file is added and the invoice is sent
      Then the transfer has arrived
      And the books have one order for the invoice
      And the order's total in the books is 1250.00 with VAT

    Scenario: An electronic credit note
      Given an electronic credit note of 1000.00 kroner without VAT and 1250.00 with it
      When its file is added and the invoice is sent
      Then the books have one order for the invoice
      And the order's total in the books is -1250.00 with VAT

    Scenario: A charge on the whole becomes a row
      Given an electronic invoice of 1000.00 kroner without VAT and 1250.00 with it
      And it has a charge "Freight" of 100.00 kroner, which makes 1100.00 without VAT and 1375.00 with it
      When its file is added and the invoice is sent
      Then the order's total in the books is 1375.00 with VAT
      And the texts of the order's rows are:
        | Tractor |
        | Freight |

    @every_entry
    Scenario: Totals that its rows do not come to
      Given an electronic invoice of 1000.00 kroner without VAT and 1251.00 with it
      When its file is added and the invoice is sent
      Then it is refused because of "totals differ"
      And the reason names "1251.00"
      And the reason names "1250.00"
      And the books have no order

    @every_entry
    Scenario: What has no place is named
      Given an electronic invoice of 1000.00 kroner without VAT and 1250.00 with it
      And it says how to pay
      When its file is added and the invoice is sent
      Then the transfer has arrived
      And the answer names "PaymentMeans" as left out

  Rule: The lines of a table that have one number are one invoice

    @every_entry
    Scenario: A table with Norwegian headings, dates and amounts
      Given this table of an invoice:
        | Fakturanummer | Navn          | E-post        | Fakturadato | Forfallsdato | Produkt  | Antall | Pris     | Mva % |
        | 2001-1        | Kari Nordmann | kari@fjell.no | 15.01.2021  | 29.01.2021   | Tractor  | 1      | 1 200,00 | 25 %  |
        | 2001-1        |               |               |             |              | Delivery | 2      | 150,50   | 25 %  |
      When its file is added and the invoice is sent
      Then the books have one order for the invoice
      And the order's total in the books is 1876.25 with VAT
      And the texts of the order's rows are:
        | Tractor  |
        | Delivery |

    @every_entry
    Scenario: An amount that can be read in two ways is refused by its cell
      Given this table of an invoice:
        | Fakturanummer | Navn          | E-post        | Fakturadato | Forfallsdato | Produkt | Antall | Pris  | Mva % |
        | 2001-1        | Kari Nordmann | kari@fjell.no | 15.01.2021  | 29.01.2021   | Tractor | 1      | 1.234 | 25    |
      When its file is added and the invoice is sent
      Then it is refused because it is "not an invoice"
      And the only fault named is in "row 2, column Pris (H2)"
      And the books have no order
