Feature: Connecting a business to its account
  "Please send your account name to Sharefox Support: Find the company name displayed in your 24Seven account on top
  right (note: make sure you provide exact value to ensure the integration is smooth)".

  The integration's user is invited by many companies, and let in at the one that comes first.

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

    Scenario: The company where the user lands is reached by its name, too
      Given the business "annet" gives the account name "Demo Annet AS"
      When the connection of "annet" is verified
      Then invoices can be sent
      And the account found is "Demo Annet AS"

    Scenario Outline: Another spelling reaches nobody, and the near match is named
      Given the business "fjell" gives the account name "<account name>"
      When the connection of "fjell" is verified
      Then access is refused
      And the reason names "<account name>"
      And the reason names "Fjellutleie AS"
      And nothing was written in the books

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
      And nothing was written in the books

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
      And nothing was written in the books

    Scenario: An invoice waits until the password is mended, and then goes through by itself
      Given the business "fjell" is connected to the account "Fjellutleie AS" with a wrong password
      And an invoice of type "Data for Accounting" whose data is complete
      And the invoice was sent
      And its transfer waits for the connection to be mended
      When the right password is given
      And a worker takes the business's turn
      Then the transfer has arrived
      And the books have one order for the invoice

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
      And every session with the accounting system has ended
      When another invoice for the same customer is sent
      Then the books of "Fjellutleie AS" have two orders
      And nothing was written in the books of "Demo Annet AS"

    Scenario: Nor when the session ends just before the order is written
      Given the business "fjell" gives the account name "Fjellutleie AS"
      And an invoice of type "Data for Accounting" whose data is complete
      And the session with the accounting system ends when the order is to be created
      When the invoice is sent
      Then the books of "Fjellutleie AS" have one order
      And nothing was written in the books of "Demo Annet AS"

  Rule: A log-in that ends by itself is renewed, and nobody notices

    Background:
      Given the business "fjell" gives the account name "Fjellutleie AS"
      And an invoice of type "Data for Accounting" whose data is complete
      And the invoice was sent

    Scenario: The next day
      Given a day has passed
      When another invoice for the same customer is sent
      Then the transfer has arrived
      And the books of "Fjellutleie AS" have two orders
      And nothing was written in the books of "Demo Annet AS"

    @daily_logins
    Scenario: The day changes at midnight, as in Norway
      Given midnight has passed in Norway
      When another invoice for the same customer is sent
      Then the transfer has arrived
      And the integration has logged in twice
      And the books of "Fjellutleie AS" have two orders

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
      Given the accounting system creates the order but its answer is lost
      And the invoice was sent
      When the business is connected to the company "Dal Maskin AS"
      Then it was refused because of "orders open"
      When the transfer is tried again
      Then the transfer has arrived
      And the books have one order for the invoice
      And nothing was written in the books of "Dal Maskin AS"

    Scenario: In the books of another company it is neither judged nor made again
      Given the invoice was sent
      When the business is connected to the company "Dal Maskin AS"
      And the status of the invoice is checked
      Then it was refused because of "other books"
      And the reason names "Fjellutleie AS"
      And its order can't be made again
      And the books have one order for the invoice
      And nothing was written in the books of "Dal Maskin AS"

    Scenario: Connected to its company again, it is judged again
      Given the invoice was sent
      When the business is connected to the company "Dal Maskin AS"
      And the business is connected to the company "Fjellutleie AS"
      And the status of the invoice is checked
      Then the invoice is "not paid" because it is "not published"

    @other_way
    Scenario: Reached by another way in, the company is the same
      Given the invoice was sent
      When the business reaches the company "Fjellutleie AS" by the other way in
      And the status of the invoice is checked
      Then the invoice is "not paid" because it is "not published"
      And the books have one order for the invoice

    @every_entry
    Scenario: Moved to another accounting system, its invoices stay where they were booked
      Given the invoice was sent
      When the business moves to another accounting system
      And the status of the invoice is checked
      Then it was refused because of "other books"
      And the reason names "Fjellutleie AS"
      And its order can't be made again
      And the invoice says that it lies in the books that it was sent to
      And nothing was written in the other accounting system

    Scenario: In the accounting system that a business has moved to, new invoices are sent and judged
      Given the invoice was sent
      When the business moves to another accounting system
      And another invoice for the same customer is sent
      And the status of the invoice is checked
      Then the invoice is "not paid" because it is "not published"
      And the other accounting system has one order for the invoice
      And the invoice says that it lies in the books of the other accounting system

    Scenario: Back in its accounting system, an invoice is judged there again
      Given the invoice was sent
      When the business moves to another accounting system
      And the business is connected to the company "Fjellutleie AS"
      And the status of the invoice is checked
      Then the invoice is "not paid" because it is "not published"
      And the books have one order for the invoice

    Scenario: A business does not move while it is open whether there is an order
      Given the accounting system creates the order but its answer is lost
      And the invoice was sent
      When the business tries to move to another accounting system
      Then it was refused because of "orders open"
      When the transfer is tried again
      Then the transfer has arrived
      And the books have one order for the invoice
      And nothing was written in the other accounting system

  Rule: Verifying reports what a send needs, and writes nothing

    Background:
      Given the business "fjell" gives the account name "Fjellutleie AS"

    Scenario: Account, rights and VAT rates are reported
      When the connection of "fjell" is verified
      Then invoices can be sent
      And the account found is "Fjellutleie AS"
      And every right that is needed is there
      And the VAT rates reported for a sale are 25, 15, 12, 11.11 and 0 percent
      And nothing was written in the books

    Scenario: Product and category that are still missing are reported as missing
      When the connection of "fjell" is verified
      Then the product "Sharefox rental" is reported as missing
      And the category "SharefoxRental" is reported as missing
      And nothing was written in the books

    Scenario: Product and category that exist are reported
      Given the books have the product "Sharefox rental" in the category "SharefoxRental"
      When the connection of "fjell" is verified
      Then the product "Sharefox rental" is reported as found
      And the category "SharefoxRental" is reported as found

    @optional_categories
    Scenario: A company that has no product categories is reported, and can be sent to all the same
      Given the integration's user is invited by the company "Dal Kafe AS", which has no product categories
      And the business "kafe" gives the account name "Dal Kafe AS"
      When the connection of "kafe" is verified
      Then invoices can be sent
      And it is reported that products get no category
      And nothing was written in the books

    Scenario: A user without the Invoicing package is reported
      Given the company "Fjellutleie AS" has not given the user the Invoicing package
      When the connection of "fjell" is verified
      Then invoices can't be sent, and a right that is missing is named
      And nothing was written in the books
