Feature: The order in the books
  "Then we'll generate an invoice item row for every rented product. For example, an invoice item row looks like:
  Tractor (2021-01-10 – 2021-01-12)' together with other fields (price, discount and vat)".

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"
    And an invoice of type "Data for Accounting" whose data is complete

  Rule: Every rented product is one row, with price, discount and VAT

    Scenario: Three products
      Given the rows of the invoice are:
        | product   | from       | to         | quantity | unit price | discount | VAT percent |
        | Tractor   | 2021-01-10 | 2021-01-12 | 1        | 1200.00    | 0        | 25          |
        | Minikran  | 2021-01-10 | 2021-01-10 | 2.5      | 980.50     | 12.5     | 25          |
        | Matpakke  |            |            | 4        | 189.00     |          | 15          |
      When the invoice is sent
      Then the order has exactly these rows:
        | text                               | quantity | unit price | discount | VAT percent |
        | Tractor (2021-01-10 – 2021-01-12)  | 1        | 1200.00    | 0        | 25          |
        | Minikran (2021-01-10 – 2021-01-10) | 2.5      | 980.50     | 12.5     | 25          |
        | Matpakke                           | 4        | 189.00     | 0        | 15          |

    Scenario: A row that costs nothing stays a row
      Given the row's unit price is "0.00"
      When the invoice is sent
      Then the order has exactly these rows:
        | text                              | quantity | unit price | discount | VAT percent |
        | Tractor (2021-01-10 – 2021-01-12) | 1        | 0.00       | 0        | 25          |

    Scenario: The same product twice is two rows
      Given the rows of the invoice are:
        | product | from       | to         |
        | Tractor | 2021-01-10 | 2021-01-12 |
        | Tractor | 2021-01-10 | 2021-01-12 |
      When the invoice is sent
      Then the texts of the order's rows are:
        | Tractor (2021-01-10 – 2021-01-12) |
        | Tractor (2021-01-10 – 2021-01-12) |

    Scenario: Signs of a word processor that nothing can store are left out, with a warning
      Given the row's product is "Tractor<U+000B>with<U+0001> driver"
      And the row has no rental period
      When the invoice is sent
      Then the texts of the order's rows are:
        | Tractor with driver |
      And the transfer has a warning that names "rows[0].product"

  Rule: A row that only says something is a text

    Scenario: A text between two products
      Given the rows of the invoice are:
        | product                    | from       | to         | quantity | unit price | discount | VAT percent |
        | Tractor                    | 2021-01-10 | 2021-01-12 | 1        | 1200.00    | 0        | 25          |
        | Henger følger med traktor  | 2021-01-10 | 2021-01-11 |          |            |          |             |
        | Matpakke                   |            |            | 1        | 100.00     |          | 15          |
      When the invoice is sent
      Then the texts of the order's rows are:
        | Tractor (2021-01-10 – 2021-01-12)                   |
        | Henger følger med traktor (2021-01-10 – 2021-01-11) |
        | Matpakke                                            |
      And row 2 of the order is a text and nothing else
      And the order's total in the books is 1615.00 with VAT
      And the transfer has no warning

  Rule: A text too long for the books is shortened in the product's part, and the transfer says so

    Scenario: The period is kept
      Given the row's product has a longer name than the books can hold
      When the invoice is sent
      Then the text of the order's row is as long as can be and ends with "… (2021-01-10 – 2021-01-12)"
      And the transfer has a warning that names "row 1"

    Scenario: A text that just fits is left alone
      Given the row's product has the longest name that the books can hold with its period
      When the invoice is sent
      Then the text of the order's row is as long as can be and ends with "r (2021-01-10 – 2021-01-12)"
      And the transfer has no warning

  Rule: Prices are booked as the invoice states them

    Scenario: Prices including VAT
      Given the invoice's prices include VAT
      And the row's unit price is "149.50"
      When the invoice is sent
      Then the order's price is the invoice's, including VAT
      And the order's total in the books is 149.50 with VAT

    Scenario: Prices without VAT
      Given the row's unit price is "149.50"
      When the invoice is sent
      Then the order's price is the invoice's, without VAT
      And the order's total in the books is 186.88 with VAT

    Scenario: A discount as an amount is the percentage that it is, or is taken off the price
      The books take a discount in percent only.
      Given the rows of the invoice are:
        | product | from | to | quantity | unit price | discount | discount amount | VAT percent |
        | Tractor |      |    | 3        | 500.00     |          | 150.00          | 25          |
        | Trailer |      |    | 2        | 150.00     |          | 10.00           | 25          |
      When the invoice is sent
      Then the order has exactly these rows:
        | text    | quantity | unit price | discount | VAT percent |
        | Tractor | 3        | 500.00     | 10       | 25          |
        | Trailer | 2        | 145.00     | 0        | 25          |
      And the order's total in the books is 2050.00 with VAT
      And the transfer has a warning that names "row 2" and "10.00"

    Scenario: A discount that comes out even in no way makes the row one at its total
      Given the rows of the invoice are:
        | product | from | to | quantity | unit price | discount | discount amount | VAT percent |
        | Ladder  |      |    | 3        | 50.00      |          | 10.00           | 25          |
      When the invoice is sent
      Then the order has exactly these rows:
        | text       | quantity | unit price | discount | VAT percent |
        | Ladder × 3 | 1        | 140.00     | 0        | 25          |
      And the order's total in the books is 175.00 with VAT
      And the transfer has a warning that names "Row 1" and "140.00"

    Scenario: Totals instead of prices
      Given the rows of the invoice are:
        | product | from | to | quantity | unit price | discount | net amount | VAT percent |
        | Tractor |      |    | 4        |            |          | 50.00      | 25          |
        | Trailer |      |    | 3        |            |          | 100.00     | 25          |
        | Ladder  |      |    |          |            |          | -30.00     | 25          |
      When the invoice is sent
      Then the order has exactly these rows:
        | text        | quantity | unit price | discount | VAT percent |
        | Tractor     | 4        | 12.50      | 0        | 25          |
        | Trailer × 3 | 1        | 100.00     | 0        | 25          |
        | Ladder      | -1       | 30.00      | 0        | 25          |
      And the order's total in the books is 150.00 with VAT

    Scenario: A thousand prices with VAT come to the invoice's total
      Given the invoice's prices include VAT
      And the rows of the invoice are:
        | product | from | to | quantity | unit price | discount | VAT percent |
        | Kaffe   |      |    | 1000     | 19.99      |          | 15          |
      When the invoice is sent
      Then the order's total in the books is 19990.00 with VAT

    Scenario: A total that is another than price and quantity come to is refused with both figures
      Given the rows of the invoice are:
        | product | quantity | unit price | discount | net amount | VAT percent |
        | Tractor | 3        | 33.33      |          | 100.00     | 25          |
      When the invoice is sent
      Then the invoice is refused because it is an "invalid invoice"
      And the reason names "100.00"
      And the reason names "99.99"
      And the books have no order

    Scenario: A discount is one of percent and amount
      Given the rows of the invoice are:
        | product | quantity | unit price | discount | discount amount | VAT percent |
        | Tractor | 1        | 100.00     | 10       | 10.00           | 25          |
      When the invoice is sent
      Then the invoice is refused because it is an "invalid invoice"
      And the reason names "discount_amount"
      And the books have no order

    Scenario Outline: Another currency comes with the account's rate
      Given the invoice's currency is "<currency>"
      When the invoice is sent
      Then the order is in <currency> at <rate> kroner for <unit>

      Examples:
        | currency | rate  | unit |
        | EUR      | 11.6  | 1    |
        | SEK      | 104.2 | 100  |

    Scenario: A currency that the account does not have is refused
      Given the invoice's currency is "JPY"
      When the invoice is sent
      Then the transfer is rejected because of an "unknown currency"
      And the reason names "JPY"
      And the reason names "EUR"
      And the books have no order

  Rule: The order carries what the invoice says besides

    Scenario: Our invoice number, the dates and the buyer's reference
      Given the invoice has the number "2001-1", issued on 2021-01-15 and due on 2021-01-29
      And the invoice's reference of the buyer is "Prosjekt Fjellsiden"
      When the invoice is sent
      Then the order carries our number "2001-1"
      And the order is dated 2021-01-15 and to be paid within 14 days
      And the order carries the buyer's reference "Prosjekt Fjellsiden"

    Scenario: A number of fifty characters is carried whole
      Given the invoice has a number of 50 characters
      When the invoice is sent
      Then the order carries the whole number

  Rule: The order is not published: that is the accountant's act
    "An order is created. Please note this order is not sent directly to the final customer. It needs to be published
    as an invoice via 24SevenOffice app".

    @order_statuses
    Scenario: A new order is a draft, unless the settings say otherwise
      When the invoice is sent
      Then the order's status in the books is "draft"
      And the order is not published

    @order_statuses
    Scenario Outline: The settings choose the unpublished status
      Given the business's settings say that new orders are "<setting>"
      When the invoice is sent
      Then the order's status in the books is "<setting>"
      And the order is not published

      Examples:
        | setting   |
        | draft     |
        | offer     |
        | confirmed |

    Scenario: Neither sending again nor Check Status publishes it
      Given the invoice was sent
      And the status of the invoice was checked
      When the invoice is sent again
      Then the order is not published
