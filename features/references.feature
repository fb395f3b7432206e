Feature: References, delivery and payments in advance
  What an invoice says besides its rows goes where the books have a place for it. What has none is told: by the preview
  before anything is written, and by the transfer afterwards. Nothing is dropped silently.

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"
    And an invoice of type "Data for Accounting" whose data is complete

  Rule: The buyer's references reach the order whole

    @order_references
    Scenario: The buyer's purchase order number
      Given the buyer's purchase order number is "PO 4711"
      When the invoice is sent
      Then the order carries the purchase order number "PO 4711"
      And the transfer has no warning

    Scenario: The reference by which the buyer sorts its invoices
      Given the buyer sorts its invoices by "0192:ABC"
      When the invoice is sent
      Then the order carries the buyer's reference "0192:ABC"
      And the transfer has no warning

    Scenario: The books have one place for two references, and the one that the buyer sorts by goes first
      Given the buyer sorts its invoices by "0192:ABC"
      And the invoice's reference of the buyer is "Prosjekt Fjellsiden"
      When the invoice is sent
      Then the order carries the buyer's reference "0192:ABC"
      And the transfer warns of "your_reference" only

    @order_references
    Scenario: The longest purchase order number that the books can hold is carried whole
      Given the buyer's purchase order number is as long as the books can hold
      When the invoice is sent
      Then the order carries the whole purchase order number

    @order_references
    Scenario: A longer one is refused rather than shortened
      Given the buyer's purchase order number is longer than the books can hold
      When the invoice is sent
      Then the invoice is refused because it is an "invalid invoice"
      And the only fault named is in "order_reference"
      And nothing was written in the books

  Rule: The order says where and when the goods were handed over

    Scenario: A delivery to another address
      Given what is invoiced was delivered on 2021-01-12 at "Hyttevegen 9, bak låven, 2670 Otta"
      When the invoice is sent
      Then the order is delivered on 2021-01-12 at "Hyttevegen 9, bak låven, 2670 Otta"
      And the transfer has no warning

    @delivery_names
    Scenario: A delivery to somebody else
      Given what is invoiced was delivered on 2021-01-12 to "Hytta" at "Hyttevegen 9, bak låven, 2670 Otta"
      When the invoice is sent
      Then the order is delivered on 2021-01-12 to "Hytta" at "Hyttevegen 9, bak låven, 2670 Otta"
      And the transfer has no warning

    Scenario: Just a date
      Given what is invoiced was delivered on 2021-01-12
      When the invoice is sent
      Then the order is delivered on 2021-01-12 and says nothing of where
      And the transfer has no warning

  Rule: An address may have a second line

    Scenario: Where there is one line for the street both stand in it
      Given the customer's address in Sharefox has the second line "oppgang B" under "Kirkegata 4"
      When the invoice is sent
      Then the new customer has the address "Kirkegata 4, oppgang B, 3015 Drammen"

  Rule: A credit says which invoice it belongs to

    Scenario: The invoice was sent before
      Given the invoice was sent
      When a credit of that invoice is sent
      Then the transfer has arrived
      And the order names the credited one, or where the books have no place for that the transfer warns of "credits"

    Scenario: Nobody here knows the invoice
      Given the row's quantity is "-1"
      And the invoice credits the invoice "1999-1"
      When the invoice is sent
      Then the transfer has arrived
      And the transfer warns of "credits" only

  Rule: What the books have no place for is told before and after

    Background:
      Given the invoice says that our reference is "Ola Berg"
      And 500.00 was paid on 2021-01-10

    Scenario: The preview shows it, the source's order number included
      When the invoice is previewed
      Then the preview says that "order_number", "our_reference", "paid_amount" and "paid_date" will not be written
      And nothing was written in the books

    Scenario: The transfer warns of it
      When the invoice is sent
      Then the transfer has arrived
      And the transfer warns of "our_reference", "paid_amount" and "paid_date" only
      And the order's total in the books is 1500.00 with VAT

  @no_order_references
  Rule: Where the books have no place for the buyer's purchase order number, that is told

    Scenario: The purchase order number is left out, and the transfer warns of it
      Given the buyer's purchase order number is "PO 4711"
      When the invoice is sent
      Then the transfer has arrived
      And the transfer warns of "order_reference" only

  Rule: What can't be right is refused, and named

    Scenario Outline: Each fault is named
      Given <fault>
      When the invoice is sent
      Then the invoice is refused because it is an "invalid invoice"
      And the only fault named is in "<place>"
      And nothing was written in the books

      Examples:
        | fault                                        | place         |
        | the invoice credits the invoice "1999-1"     | credits       |
        | the invoice credits the invoice "2001-1"     | credits       |
        | 1500.01 was paid on 2021-01-10               | paid_amount   |
        | it was paid on 2021-01-10                    | paid_date     |
        | what is invoiced was delivered on 1921-01-12 | delivery.date |
