Feature: Connecting a business to its 24Seven account
  "Please send your account name to Sharefox Support: Find the company name displayed in your 24Seven account on top
  right (note: make sure you provide exact value to ensure the integration is smooth)".

  The integration's user is invited by many companies, and 24Seven lets it in at the one that comes first.

  Background:
    Given the integration's user is invited by the companies "Demo Annet AS", "Fjellutleie AS" and "Dal Maskin AS"
    And the user lands in "Demo Annet AS" unless another company is chosen

  @company_by_name
  Rule: The account name is exactly that of one company

    Scenario: The exact account name reaches its company
      Given the business "fjell" gives the account name "Fjellutleie AS"
      When the connection of "fjell" is verified
      Then invoices can be sent
      And the account found is "Fjellutleie AS"

    Scenario Outline: Another spelling reaches nobody, and the near match is named
      Given the business "fjell" gives the account name "<account name>"
      When the connection of "fjell" is verified
      Then access is refused
      And the reason names "<account name>"
      And the reason names "Fjellutleie AS"
      And nothing was written in 24Seven

      Examples:
        | account name     |
        | Fjellutleie As   |
        | FJELLUTLEIE AS   |
        | Fjellutleie  AS  |
        | Fjellutleie A/S  |
        | Fjellutleie      |

    Scenario: A name like no other is refused and named
      Given the business "fjell" gives the account name "Havets Perle ANS"
      When the connection of "fjell" is verified
      Then access is refused
      And the reason names "Havets Perle ANS"

    Scenario: Two companies of that name are one too many
      Given the user is invited by another company that is called "Fjellutleie AS" too
      And the business "fjell" gives the account name "Fjellutleie AS"
      When the connection of "fjell" is verified
      Then access is refused
      And the reason names "Fjellutleie AS"
      And nothing was written in 24Seven

  Rule: Who is not let in writes nothing and loses nothing

    Scenario: The password is wrong
      Given the business "fjell" is connected to the account "Fjellutleie AS" with a wrong password
      When the connection of "fjell" is verified
      Then access is refused
      And the reason names "logging in"
      And the reason does not reveal the password

    @company_by_name
    Scenario: The company has blocked the user
      Given the company "Blokkert AS" has blocked the user
      And the business "blokkert" gives the account name "Blokkert AS"
      When the connection of "blokkert" is verified
      Then access is refused
      And the reason names "Blokkert AS"
      And nothing was written in 24Seven

    Scenario: An invoice waits until the password is mended, and then goes through by itself
      Given the business "fjell" is connected to the account "Fjellutleie AS" with a wrong password
      And an invoice of type "Data for Accounting" whose data is complete
      And the invoice was sent
      And its transfer waits for the connection to be mended
      When the right password is given
      And a worker takes the business's turn
      Then the transfer has arrived
      And 24Seven has one order for the invoice

    @every_entry
    Scenario: Only the password is changed, and every other setting stays
      Given the business "fjell" is connected to the account "Fjellutleie AS" with a wrong password
      And the business's settings say that new orders are "confirmed"
      And an invoice of type "Data for Accounting" whose data is complete
      And the invoice was sent
      And its transfer waits for the connection to be mended
      When only the password is changed, to the right one
      And the transfer is tried again
      Then the transfer has arrived
      And the business's new orders are still "confirmed"

  @company_by_name
  Rule: Nothing is ever written to the company where the user happens to land

    Scenario: An order is written to the company of the account name
      Given the business "fjell" gives the account name "Fjellutleie AS"
      And an invoice of type "Data for Accounting" whose data is complete
      When the invoice is sent
      Then the books of "Fjellutleie AS" have one order
      And nothing was written in the books of "Demo Annet AS"

    Scenario: Nor when the session has ended meanwhile
      Given the business "fjell" gives the account name "Fjellutleie AS"
      And an invoice of type "Data for Accounting" whose data is complete
      And the invoice was sent
      And every session with 24Seven has ended
      When another invoice for the same customer is sent
      Then the books of "Fjellutleie AS" have two orders
      And nothing was written in the books of "Demo Annet AS"

    Scenario: Nor when the session ends just before the order is written
      Given the business "fjell" gives the account name "Fjellutleie AS"
      And an invoice of type "Data for Accounting" whose data is complete
      And the session with 24Seven ends when the order is to be created
      When the invoice is sent
      Then the books of "Fjellutleie AS" have one order
      And nothing was written in the books of "Demo Annet AS"

  Rule: Two businesses that the same user serves never write into each other's books

    Background:
      Given the business "fjell" gives the account name "Fjellutleie AS"
      And the business "dal" gives the account name "Dal Maskin AS"

    Scenario: Turn by turn
      When invoices of "fjell", "dal", "fjell" and "dal" are sent one after the other
      Then the books of "Fjellutleie AS" hold the orders of "fjell" and no others
      And the books of "Dal Maskin AS" hold the orders of "dal" and no others
      And nothing was written in the books of "Demo Annet AS"

    Scenario: Side by side
      When five invoices of "fjell" and five of "dal" are sent at the same time
      Then the books of "Fjellutleie AS" hold the orders of "fjell" and no others
      And the books of "Dal Maskin AS" hold the orders of "dal" and no others
      And nothing was written in the books of "Demo Annet AS"

    Scenario: Turn by turn when sessions end in between
      When invoices of "fjell", "dal", "fjell" and "dal" are sent one after the other while every session ends
      Then the books of "Fjellutleie AS" hold the orders of "fjell" and no others
      And the books of "Dal Maskin AS" hold the orders of "dal" and no others

  Rule: An order lies in the books of one company, and is looked for nowhere else

    Background:
      Given the business "fjell" gives the account name "Fjellutleie AS"
      And an invoice of type "Data for Accounting" whose data is complete

    Scenario: The account stays while it is open whether there is an order
      Given 24Seven creates the order but its answer is lost
      And the invoice was sent
      When the business is connected to the company "Dal Maskin AS"
      Then it was refused because of "orders open"
      When the transfer is tried again
      Then the transfer has arrived
      And 24Seven has one order for the invoice
      And nothing was written in the books of "Dal Maskin AS"

    Scenario: In the books of another company it is neither judged nor made again
      Given the invoice was sent
      When the business is connected to the company "Dal Maskin AS"
      And the status of the invoice is checked
      Then it was refused because of "other books"
      And the reason names "Fjellutleie AS"
      And its order can't be made again
      And 24Seven has one order for the invoice
      And nothing was written in the books of "Dal Maskin AS"

    Scenario: Connected to its company again, it is judged again
      Given the invoice was sent
      When the business is connected to the company "Dal Maskin AS"
      And the business is connected to the company "Fjellutleie AS"
      And the status of the invoice is checked
      Then the invoice is "not paid" because it is "not published"

    Scenario: Reached by another way in, the company is the same
      Given the invoice was sent
      When the business reaches the company "Fjellutleie AS" by the other way in
      And the status of the invoice is checked
      Then the invoice is "not paid" because it is "not published"
      And 24Seven has one order for the invoice

  Rule: Verifying reports what a send needs, and writes nothing

    Background:
      Given the business "fjell" gives the account name "Fjellutleie AS"

    Scenario: Account, rights and VAT rates are reported
      When the connection of "fjell" is verified
      Then invoices can be sent
      And the account found is "Fjellutleie AS"
      And every right that is needed is there
      And the VAT rates reported for a sale are 25, 15, 12, 11.11 and 0 percent
      And nothing was written in 24Seven

    Scenario: Product and category that are still missing are reported as missing
      When the connection of "fjell" is verified
      Then the product "Sharefox rental" is reported as missing
      And the category "SharefoxRental" is reported as missing
      And nothing was written in 24Seven

    Scenario: Product and category that exist are reported
      Given 24Seven has the product "Sharefox rental" in the category "SharefoxRental"
      When the connection of "fjell" is verified
      Then the product "Sharefox rental" is reported as found
      And the category "SharefoxRental" is reported as found

    Scenario: A user without the Invoicing package is reported
      Given the company "Fjellutleie AS" has not given the user the Invoicing package
      When the connection of "fjell" is verified
      Then invoices can't be sent, and a right that is missing is named
      And nothing was written in 24Seven
