Feature: Finding the right customer
  "The system will check in 24Seven if customer exists by searching by email and organization number (if it is set)".

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"

  Rule: A company is found by its organization number, however it is spaced

    Scenario Outline: Different spellings of one number
      Given the books have these customers:
        | customer | type    | name          | organization number |
        | Moe      | company | Moe Anlegg AS | <in the books>      |
      And an invoice for the organization "Moe Anlegg AS" with the number "<in Sharefox>"
      When the invoice is sent
      Then the order is for the customer Moe
      And no customer was created

      Examples:
        | in Sharefox                           | in the books        |
        | 911 000 008                           | 911000008           |
        | 911000008                             | 911 000 008         |
        | NO911000008MVA                        | 911000008           |
        | 911000008                             | NO911000008MVA      |
        | 911 000 008 MVA                       | 911000008           |
        | 911000008                             | Org.nr. 911 000 008 |
        | Foretaksregisteret NO 911 000 008 MVA | 911000008           |

    Scenario Outline: A foreign company's number, with and without its prefix
      Given the books have these customers:
        | customer | type    | name        | organization number |
        | Sjo      | company | Sjö Bygg AB | <in the books>      |
      And an invoice for the organization "Sjö Bygg AB" with the number "<in Sharefox>"
      And the customer's country in Sharefox is "<country>"
      When the invoice is sent
      Then the order is for the customer Sjo
      And no customer was created

      Examples:
        | country | in Sharefox    | in the books     |
        | SE      | 556012-5790    | SE556012579001   |
        | SE      | SE556012579001 | 556012-5790      |
        | DK      | DK 13 58 56 28 | CVR-nr. 13585628 |
        | DE      | DE136695976    | 136 695 976      |

    Scenario: A number in the books that is none is asked about where name and e-mail agree
      Given the books have these customers:
        | customer | type    | name          | organization number | e-mail      |
        | Moe      | company | Moe Anlegg AS | 9110000             | post@moe.no |
      And an invoice for the organization "Moe Anlegg AS" with the number "911 000 008" and the e-mail "post@moe.no"
      When the invoice is sent
      Then the transfer is rejected because of an "ambiguous customer"
      And no customer was created

    Scenario: A number that is plainly foreign asks for the country
      Given an invoice for the organization "Sjö Bygg AB" with the number "SE556012579001"
      When the invoice is sent
      Then it is refused because of an "invalid invoice"
      And the only fault named is in "customer.address.country"

    Scenario: A number that only looks alike is another company's
      Given the books have these customers:
        | customer | type    | name          | organization number |
        | Dahl     | company | Moe Anlegg AS | 9110000081          |
      And an invoice for the organization "Moe Anlegg AS" with the number "911 000 008"
      When the invoice is sent
      Then the order is for a new customer

  Rule: A customer is found by e-mail, whole and without regard to capitals

    Scenario Outline: Capitals make no difference
      Given the books have these customers:
        | customer | type   | name          | e-mail         |
        | Kari     | person | Kari Nordmann | <in the books> |
      And an invoice for the person "Kari Nordmann" with the e-mail "<in Sharefox>"
      When the invoice is sent
      Then the order is for the customer Kari
      And no customer was created

      Examples:
        | in Sharefox    | in the books                 |
        | kari@fjell.no  | Kari@Fjell.no                |
        | KARI@FJELL.NO  | kari@fjell.no                |
        | kari@blåbær.no | Kari@xn--blbr-roah.no        |
        | kari@fjell.no  | post@fjell.no; Kari@Fjell.no |
        | kari@fjell.no  | post@fjell.no,kari@fjell.no  |

    Scenario: A longer address is somebody else's
      Given the books have these customers:
        | customer | type   | name          | e-mail         |
        | Okari    | person | Kari Nordmann | okari@fjell.no |
      And an invoice for the person "Kari Nordmann" with the e-mail "kari@fjell.no"
      When the invoice is sent
      Then the order is for a new customer

  Rule: The organization number wins over the e-mail

    Scenario: One record has the number and another the e-mail
      Given the books have these customers:
        | customer | type    | name          | organization number | e-mail      |
        | Post     | company | Moe Eiendom   |                     | post@moe.no |
        | Moe      | company | Moe Anlegg AS | 911000008           |             |
      And an invoice for the organization "Moe Anlegg AS" with the number "911 000 008" and the e-mail "post@moe.no"
      When the invoice is sent
      Then the order is for the customer Moe

    Scenario: A record with another organization number is never a match
      Given the books have these customers:
        | customer | type    | name          | organization number | e-mail      |
        | Eiendom  | company | Moe Anlegg AS | 911000377           | post@moe.no |
      And an invoice for the organization "Moe Anlegg AS" with the number "911 000 008" and the e-mail "post@moe.no"
      When the invoice is sent
      Then the order is for a new customer
      And the customer Eiendom is unchanged

    Scenario: A record with the e-mail and no number is the company's, and gets the number
      Given the books have these customers:
        | customer | type    | name          | e-mail      |
        | Moe      | company | Moe Anlegg AS | post@moe.no |
      And an invoice for the organization "Moe Anlegg AS" with the number "911 000 008" and the e-mail "post@moe.no"
      When the invoice is sent
      Then the order is for the customer Moe
      And the customer Moe has the organization number "911000008" in the books

  Rule: A supplier is not a customer

    Scenario: A record that is a supplier only
      Given the books have these customers:
        | customer | type     | name          | organization number | e-mail      |
        | Supplier | supplier | Moe Anlegg AS | 911000008           | post@moe.no |
      And an invoice for the organization "Moe Anlegg AS" with the number "911 000 008" and the e-mail "post@moe.no"
      When the invoice is sent
      Then the order is for a new customer
      And the customer Supplier is unchanged

    @leads
    Scenario: A customer comes before a lead
      Given the books have these customers:
        | customer | type   | name          | e-mail        |
        | Lead     | lead   | Kari Nordmann | kari@fjell.no |
        | Kari     | person | Kari Nordmann | kari@fjell.no |
      And an invoice for the person "Kari Nordmann" with the e-mail "kari@fjell.no"
      When the invoice is sent
      Then the order is for the customer Kari

  Rule: Several candidates are narrowed by the other key, then by exact name

    Scenario: Two with the number, one of them with the e-mail
      Given the books have these customers:
        | customer | type    | name          | organization number | e-mail      |
        | Oslo     | company | Moe Anlegg AS | 911000008           | oslo@moe.no |
        | Bergen   | company | Moe Anlegg AS | 911000008           | vest@moe.no |
      And an invoice for the organization "Moe Anlegg AS" with the number "911 000 008" and the e-mail "vest@moe.no"
      When the invoice is sent
      Then the order is for the customer Bergen

    Scenario: Two with the e-mail, one of them with the name
      Given the books have these customers:
        | customer | type   | name          | e-mail            |
        | Ola      | person | Ola Nordmann  | familien@fjell.no |
        | Kari     | person | Kari Nordmann | familien@fjell.no |
      And an invoice for the person "Kari Nordmann" with the e-mail "familien@fjell.no"
      When the invoice is sent
      Then the order is for the customer Kari
      And the customer Ola is unchanged

  Rule: The first of several is never just taken: a person chooses, and the choice is remembered

    Background:
      Given the books have these customers:
        | customer | type    | name          | organization number | e-mail      |
        | First    | company | Moe Anlegg AS | 911000008           | post@moe.no |
        | Second   | company | Moe Anlegg AS | 911000008           | post@moe.no |
      And an invoice for the organization "Moe Anlegg AS" with the number "911 000 008" and the e-mail "post@moe.no"

    @every_entry
    Scenario: The transfer is rejected and names the candidates
      When the invoice is sent
      Then the transfer is rejected because of an "ambiguous customer"
      And the reason names the customers First and Second with name and organization number
      And no customer was created
      And the books have no order

    @every_entry
    Scenario: The record that a person chose gets the order
      Given the transfer was rejected
      When the invoice's customer is linked to the customer Second
      And the transfer is tried again
      Then the transfer has arrived
      And the order is for the customer Second
      And the books have one order for the invoice

    Scenario: The choice is used first the next time
      Given the invoice was sent to the customer Second by a person's choice
      When another invoice for the same customer is sent
      Then the transfer has arrived
      And the order is for the customer Second

    Scenario: The choice holds although the record's details have changed
      Given the invoice was sent to the customer Second by a person's choice
      And the customer Second has another e-mail and no organization number now
      When another invoice for the same customer is sent
      Then the order is for the customer Second

    Scenario: The choice is dropped when the customer is gone
      Given the invoice was sent to the customer Second by a person's choice
      And the customer Second is deleted in the books
      When another invoice for the same customer is sent
      Then the transfer has arrived
      And the order is for the customer First

    Scenario: A record that does not exist can't be chosen
      Given the customer Second is deleted in the books
      When the invoice's customer is linked to the customer Second
      Then it is refused because of an "unknown customer"

    Scenario: A supplier can't be chosen
      Given the books have these customers:
        | customer | type     | name          | organization number |
        | Supplier | supplier | Moe Anlegg AS | 911000008           |
      When the invoice's customer is linked to the customer Supplier
      Then it is refused because of an "unknown customer"

  Rule: A clean match is remembered as well

    Background:
      Given the books have these customers:
        | customer | type    | name          | organization number | e-mail      |
        | Moe      | company | Moe Anlegg AS | 911000008           | post@moe.no |
      And an invoice for the organization "Moe Anlegg AS" with the number "911 000 008" and the e-mail "post@moe.no"
      And the invoice was sent

    Scenario: A double that turns up later does not confuse it
      Given the books have these customers:
        | customer | type    | name          | organization number | e-mail      |
        | Double   | company | Moe Anlegg AS | 911000008           | post@moe.no |
      When another invoice for the same customer is sent
      Then the transfer has arrived
      And the order is for the customer Moe

    Scenario: It is dropped when the record has become another company's
      Given the customer Moe has the organization number "911000377" now
      When another invoice for the same customer is sent
      Then the order is for a new customer

    Scenario: It is dropped when the customer is gone
      Given the customer Moe is deleted in the books
      When another invoice for the same customer is sent
      Then the transfer has arrived
      And the order is for a new customer

  Rule: The data of a customer that exists is updated with what Sharefox has
    "If the customer exists, the data is updated with the properties provided in Sharefox app (such as address)".

    Background:
      Given the books have the customer "Kari Nordmann" with e-mail, phone and address
      And an invoice for that customer with the same data

    Scenario: A new address is written
      Given the customer's street in Sharefox is "Nyveien 2"
      When the invoice is sent
      Then the customer's street in the books is "Nyveien 2"
      And the customer's other data in the books is unchanged
      And no customer was created

    Scenario: A new phone number is written
      Given the customer's phone in Sharefox is "+47 400 00 999"
      When the invoice is sent
      Then the customer's phone in the books is "+47 400 00 999"
      And the customer's other data in the books is unchanged

    Scenario: What Sharefox does not have is not emptied
      Given the customer has no phone and no address in Sharefox
      When the invoice is sent
      Then the transfer has arrived
      And the customer's data in the books is unchanged

    Scenario: Parts of the address that Sharefox does not have are kept
      Given the customer's address in Sharefox is just the street "Nyveien 2"
      When the invoice is sent
      Then the customer's street in the books is "Nyveien 2"
      And the customer's postal code and city in the books are unchanged

    Scenario: Nothing is written when nothing differs
      When the invoice is sent
      Then the transfer has arrived
      And nothing was written to any customer in the books

    Scenario: What the accountant set on the customer stays when the address is updated
      Given the accountant has given the customer terms of its own
      And the customer's street in Sharefox is "Nyveien 2"
      When the invoice is sent
      Then the customer's street in the books is "Nyveien 2"
      And the customer's own terms in the books are unchanged

    Scenario: A contact's e-mail is added to the others, and never takes the place of the one for invoices
      Given the books have a company with the e-mails "a@moe.no; b@moe.no" and "faktura@moe.no" for invoices
      And an invoice for that company with the e-mail "arne@moe.no"
      When the invoice is sent
      Then the company's e-mails in the books are "arne@moe.no; a@moe.no; b@moe.no" and "faktura@moe.no" for invoices

    Scenario Outline: An e-mail that is in any field is not written again
      Given the books have a company with the e-mails "a@moe.no; b@moe.no" and "faktura@moe.no" for invoices
      And an invoice for that company with the e-mail "<e-mail>"
      When the invoice is sent
      Then the transfer has arrived
      And nothing was written to any customer in the books

      Examples:
        | e-mail         |
        | B@moe.no       |
        | faktura@moe.no |

    Scenario Outline: The business chooses what is changed in a customer's record
      Given the business lets an invoice change "<setting>" in a customer's record
      And the customer's street in Sharefox is "Nyveien 2"
      And the customer's name in Sharefox is "Kari Berg Nordmann"
      When the invoice is sent
      Then the transfer has arrived
      And the customer's data in the books is unchanged
      And the comment on the order is "Kari Berg Nordmann"
      And the transfer has a warning that names "Kari Nordmann" and "Kari Berg Nordmann"

      Examples:
        | setting |
        | fill    |
        | never   |

    Scenario: A changed name is a warning that names both
      Given the customer's name in Sharefox is "Kari Berg Nordmann"
      When the invoice is sent
      Then the transfer has a warning that names "Kari Nordmann" and "Kari Berg Nordmann"
      And the order has no comment

    Scenario: A company keeps its name when an invoice names just a person
      Given the books have these customers:
        | customer | type    | name          | organization number | e-mail      |
        | Moe      | company | Moe Anlegg AS | 911000008           | arne@moe.no |
      And an invoice for the person "Arne Moe" with the e-mail "arne@moe.no"
      When the invoice is sent
      Then the order is for the customer Moe
      And the customer Moe is unchanged
      And the comment on the order is "Arne Moe"
      And the transfer has a warning that names "Moe Anlegg AS" and "Arne Moe"

  Rule: A customer that does not exist is created with the data provided
    "If the customer doesn't exist, then a new customer is created in 24Seven using the data provided".

    Scenario: A private customer
      Given an invoice for the person "Signe Haugland" with the e-mail "signe.haugland@post.example"
      And the customer's phone in Sharefox is "+47 911 22 333"
      And the customer's address in Sharefox is "Kirkegata 4, 3015 Drammen"
      When the invoice is sent
      Then the order is for a new customer
      And the new customer in the books is a person called "Signe Haugland"
      And the new customer has the e-mail "signe.haugland@post.example" and the phone "+47 911 22 333"
      And the new customer has the address "Kirkegata 4, 3015 Drammen"

    Scenario: A company
      Given an invoice for the organization "Moe Anlegg AS" with the number "911 000 008" and the e-mail "post@moe.no"
      When the invoice is sent
      Then the order is for a new customer
      And the new customer in the books is a company called "Moe Anlegg AS"
      And the new customer has the organization number "911000008"

    Scenario: The next invoice finds the customer that was created
      Given an invoice for the person "Signe Haugland" with the e-mail "signe.haugland@post.example"
      And the invoice was sent
      When another invoice for the same customer is sent
      Then the transfer has arrived
      And the books have one customer

  @inactive_customers
  Rule: A customer that is out of use is told of, and never doubled

    Background:
      Given the books have these customers:
        | customer | type    | name          | organization number | e-mail      |
        | Moe      | company | Moe Anlegg AS | 911000008           | post@moe.no |
      And the customer Moe is out of use
      And an invoice for the organization "Moe Anlegg AS" with the number "911 000 008" and the e-mail "post@moe.no"

    Scenario: The only record of the customer is out of use
      When the invoice is sent
      Then the transfer is rejected because of an "unreadable customer"
      And the reason names the customer Moe
      And the reason names "inactive"
      And no customer was created
      And the books have no order

    Scenario: It is put to use again
      Given the transfer was rejected
      When the customer Moe is put to use again
      And the transfer is tried again
      Then the transfer has arrived
      And the order is for the customer Moe
      And the books have one order for the invoice

    Scenario: Another record has taken its place
      Given the books have these customers:
        | customer | type    | name          | organization number | e-mail      |
        | New      | company | Moe Anlegg AS | 911000008           | post@moe.no |
      When the invoice is sent
      Then the transfer has arrived
      And the order is for the customer New

  Rule: One unreadable record never stops what it is read together with

    Scenario: Signs that nothing can store are dropped, and the record is used
      Given the books have these customers:
        | customer | type   | name                          | e-mail        |
        | Kari     | person | Kari<U+0001> Nord<U+D800>mann | kari@fjell.no |
      And an invoice for the person "Kari Nordmann" with the e-mail "kari@fjell.no"
      When the invoice is sent
      Then the order is for the customer Kari
      And no customer was created

    Scenario: A record that can't be read is left out
      Given the books have these customers:
        | customer | type   | name      | e-mail         |
        | Okari    | person | Okari Moe | okari@fjell.no |
      And the customer Okari can't be read in the books
      And an invoice for the person "Kari Nordmann" with the e-mail "kari@fjell.no"
      When the invoice is sent
      Then the order is for a new customer
      And the transfer's story names the customer Okari

    Scenario: The customer's own record can't be read
      Given the books have these customers:
        | customer | type   | name          | e-mail        |
        | Kari     | person | Kari Nordmann | kari@fjell.no |
      And the customer Kari can't be read in the books
      And an invoice for the person "Kari Nordmann" with the e-mail "kari@fjell.no"
      When the invoice is sent
      Then the transfer is rejected because of an "unreadable customer"
      And the reason names the customer Kari
      And no customer was created

  Rule: A customer with an organization is named after it, and the person's name becomes the comment
    "If organization name is set, the customer name on 24Seven will be same as organization name on Sharefox, and the
    customer name on Sharefox will be added as invoice comment on 24Seven."

    Scenario: The person's name is the comment on the order
      Given an invoice for the organization "Moe Anlegg AS" with the number "911 000 008"
      And the customer's name in Sharefox is "Arne Moe"
      When the invoice is sent
      Then the new customer in the books is a company called "Moe Anlegg AS"
      And the comment on the order is "Arne Moe"

    Scenario: The invoice's own comment follows the person's name
      Given an invoice for the organization "Moe Anlegg AS" with the number "911 000 008"
      And the customer's name in Sharefox is "Arne Moe"
      And the invoice's comment is "Leveres ved port 3"
      When the invoice is sent
      Then the comment on the order has the lines "Arne Moe" and "Leveres ved port 3"

    Scenario: A record that was found is renamed after the organization
      Given the books have these customers:
        | customer | type    | name       | organization number |
        | Moe      | company | Moe Anlegg | 911000008           |
      And an invoice for the organization "Moe Anlegg AS" with the number "911 000 008"
      When the invoice is sent
      Then the customer Moe is called "Moe Anlegg AS" in the books

    Scenario: A person without an organization leaves no comment
      Given an invoice for the person "Kari Nordmann" with the e-mail "kari@fjell.no"
      When the invoice is sent
      Then the order has no comment
