Feature: Sending an invoice
  "Once you have an order created, you can add an invoice and transfer it to 24Seven by following this sequence:
  Create an invoice for your order ▸ Make sure the invoice data is complete; Make sure / change invoice type to Data
  for Accounting; Click Send Invoice".

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"

  @every_entry @in_the_console
  Rule: Only an invoice of type Data for Accounting is sent
    "Make sure / change invoice type to Data for Accounting".

    Scenario: A complete invoice of type Data for Accounting becomes an order
      Given an invoice of type "Data for Accounting" whose data is complete
      When the invoice is sent
      Then the transfer has arrived
      And the books have one order for the invoice

    Scenario: A printed invoice is refused
      Given an invoice of type "Printed" whose data is complete
      When the invoice is sent
      Then the invoice is refused because it is "not data for accounting"
      And nothing was written in the books

    Scenario: Changed to Data for Accounting it goes through
      Given an invoice of type "Printed" whose data is complete
      And the invoice was refused
      When its type is changed to "Data for Accounting"
      And the invoice is sent
      Then the transfer has arrived
      And the books have one order for the invoice

  @every_entry @in_the_console
  Rule: An invoice whose data is not complete is refused, and every fault is named
    "Make sure the invoice data is complete".

    Background:
      Given an invoice of type "Data for Accounting" whose data is complete

    Scenario Outline: Each fault is named
      Given <fault>
      When the invoice is sent
      Then the invoice is refused because it is an "invalid invoice"
      And the only fault named is in "<place>"
      And nothing was written in the books

      Examples:
        | fault                                                    | place                        |
        | the invoice has no rows                                  | rows                         |
        | the invoice has nothing but a text                       | rows                         |
        | the customer has no name                                 | customer.name                |
        | the customer has no e-mail and no organization number    | customer                     |
        | the customer's e-mail is "kari at fjell.no"              | customer.email               |
        | the customer's organization number is "911 000 007"      | customer.organization_number |
        | the row has no VAT percent                               | rows[0].vat_percent          |
        | the rental ends before it starts                         | rows[0].period               |
        | the invoice is due before it is issued                   | due_date                     |
        | the currency is "kroner"                                 | currency                     |
        | the customer's country is "UK"                           | customer.address.country     |
        | the row's unit price is "-1200.00"                       | rows[0].unit_price           |
        | the row's unit price is "1200.00001"                     | rows[0].unit_price           |
        | the row's quantity is "1.33333"                          | rows[0].quantity             |
        | the row's discount is "12.34567" percent                 | rows[0].discount_percent     |

    Scenario: A country code that is none is refused with the right one
      Given the customer's country is "UK"
      When the invoice is sent
      Then the invoice is refused because it is an "invalid invoice"
      And the reason names "write GB"

    Scenario: Several faults are named at once
      Given the customer has no name
      And the customer's e-mail is "kari at fjell.no"
      And the row has no VAT percent
      And the row's unit price is "-1200.00"
      And the invoice is due before it is issued
      When the invoice is sent
      Then the invoice is refused because it is an "invalid invoice"
      And the faults named are in "customer.name", "customer.email", "rows[0].vat_percent", "rows[0].unit_price" and "due_date"
      And nothing was written in the books

    Scenario: A printed invoice with faults is told of both
      Given the invoice is of type "Printed"
      And the customer has no name
      When the invoice is sent
      Then the faults named are in "type" and "customer.name"

    Scenario: Corrected it goes through
      Given the row has no VAT percent
      And the invoice was refused
      When the row's VAT is changed to "25" percent
      And the invoice is sent
      Then the transfer has arrived
      And the books have one order for the invoice

    Scenario: A row with an amount is no text, and every amount that it lacks is named
      Given the rows of the invoice are:
        | product  | quantity | unit price | discount | VAT percent |
        | Tractor  | 1        | 1200.00    | 0        | 25          |
        | Matpakke | 1        |            |          |             |
      When the invoice is sent
      Then the faults named are in "rows[1].unit_price" and "rows[1].vat_percent"

    Scenario: An organization needs no contact person
      Given an invoice for the organization "Moe Anlegg AS" with the number "911 000 008"
      And the customer has no name
      When the invoice is sent
      Then the transfer has arrived
      And the order has no comment

    Scenario: A credit is a negative quantity
      Given the row's quantity is "-1"
      When the invoice is sent
      Then the transfer has arrived
      And the order's total in the books is -1500.00 with VAT

  Rule: A preview shows what a send would do, and writes nothing

    Background:
      Given an invoice of type "Data for Accounting" whose data is complete

    Scenario: A new customer and a product that is still missing
      When the invoice is previewed
      Then the preview says that the customer will be created
      And the preview says that the product will be created
      And the preview has the row "Tractor (2021-01-10 – 2021-01-12)"
      And nothing was written in the books

    Scenario: A customer whose address has changed
      Given the customer is known in the books with the street "Gamleveien 1"
      When the invoice is previewed
      Then the preview says that the customer's address will be updated
      And nothing was written in the books

    Scenario: What is written is what was previewed
      Given the invoice was previewed
      When the invoice is sent
      Then the order's rows are those of the preview
