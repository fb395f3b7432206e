Feature: Trouble
  Whatever goes wrong on the way ends in an error that says who can do what, in a sentence for a person, and nothing is
  lost: the invoice becomes its one order in the end.

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"
    And an invoice of type "Data for Accounting" whose data is complete

  Rule: Trouble while nothing is being written is temporary: it is tried again

    Scenario Outline: While the customer is looked up
      Given <trouble> when the customer is looked up
      When the invoice is sent
      Then the transfer waits for temporary trouble to pass
      And the reason is a sentence for a person
      And the books have no order
      When the accounting system is well again and the transfer is due
      Then the transfer has arrived
      And the books have one order for the invoice
      And the books have one customer

      Examples:
        | trouble                                  |
        | the connection breaks                    |
        | an error page comes instead of an answer |
        | a login page comes instead of an answer  |
        | the answer breaks off halfway            |
        | the answer is garbled                    |
        | the accounting system reports a fault    |

      @impatient
      Examples:
        | trouble                                       |
        | the accounting system does not answer in time |

    Scenario: The accounting system can't be reached at all
      Given the accounting system can't be reached
      When the invoice is sent
      Then the transfer waits for temporary trouble to pass
      And the reason is a sentence for a person
      When the accounting system can be reached again and the transfer is due
      Then the transfer has arrived
      And the books have one order for the invoice

    Scenario: Too many logins are temporary, not a wrong password
      Given the accounting system says that there were too many logins
      When the invoice is sent
      Then the transfer waits for temporary trouble to pass
      And the reason is a sentence for a person

    Scenario: Too many calls are temporary, and nothing is lost
      Given the accounting system says that there were too many calls when the customer is looked up
      When the invoice is sent
      Then the transfer waits for temporary trouble to pass
      And the reason is a sentence for a person
      And the books have no order
      When the accounting system is well again and the transfer is due
      Then the transfer has arrived
      And the books have one order for the invoice

    Scenario: The accounting system can't be reached at Check Status
      Given the invoice was sent
      And the accounting system can't be reached
      When the status of the invoice is checked
      Then it is refused as temporary trouble
      And the reason is a sentence for a person

  Rule: Trouble while the order is being written leaves open whether it exists: it is looked for first

    Scenario Outline: The order was created and the answer is no good
      Given <trouble> after the order was created
      When the invoice is sent
      Then the transfer waits until it is known whether the order exists
      And the invoice is locked meanwhile
      And the reason is a sentence for a person
      When the accounting system is well again and the transfer is due
      Then the transfer has arrived
      And the books have one order for the invoice

      Examples:
        | trouble                                  |
        | the connection breaks                    |
        | an error page comes instead of an answer |
        | a login page comes instead of an answer  |
        | the answer breaks off halfway            |
        | the answer is garbled                    |
        | the accounting system reports a fault    |
        | fewer answers come than were asked for   |

      @impatient
      Examples:
        | trouble                                       |
        | the accounting system does not answer in time |

    Scenario Outline: The order was not created and there is no good answer
      Given <trouble> when the order is to be created
      When the invoice is sent
      Then the transfer waits until it is known whether the order exists
      And the invoice is locked meanwhile
      And the reason is a sentence for a person
      And the books have no order
      When the old call can no longer be running
      And the accounting system is well again and the transfer is due
      Then the transfer has arrived
      And the books have one order for the invoice

      Examples:
        | trouble                                           |
        | the connection breaks                             |
        | an error page comes instead of an answer          |
        | a login page comes instead of an answer           |
        | the accounting system reports a fault             |
        | the order's own answer is a fault of the database |

  @row_by_row
  Rule: An order that was left half-written is completed, and never doubled

    Scenario Outline: The connection breaks halfway
      Given the connection breaks when <step>
      When the invoice is sent
      Then the transfer waits until it is known whether the order exists
      And the invoice is locked meanwhile
      And the reason is a sentence for a person
      When the old call can no longer be running
      And the accounting system is well again and the transfer is due
      Then the transfer has arrived
      And the books have one order for the invoice
      And the books have no other order

      Examples:
        | step                                |
        | a row of the order is to be written |
        | the order is to be finished         |

    Scenario: A row is refused, and nothing is left behind
      Given the accounting system refuses a row of the order
      When the invoice is sent
      Then the transfer is rejected
      And the reason is a sentence for a person
      And the books have no order

  Rule: What the accounting system says no to waits for a person, who reads the reason

    @demands
    Scenario: The account demands a department
      Given the account demands a department on every order
      When the invoice is sent
      Then the transfer is rejected
      And the reason names "epartment"
      And the reason is a sentence for a person
      When the account no longer demands a department
      And the transfer is tried again
      Then the transfer has arrived
      And the books have one order for the invoice

    @blocked_customers
    Scenario: The customer is blocked for invoicing
      Given the customer is known in the books and blocked for invoicing
      When the invoice is sent
      Then the transfer is rejected
      And the reason names "blocked"
      And the reason is a sentence for a person
      And the books have no order

  Rule: A session that ends midway is renewed, and nobody notices

    Scenario Outline: It ends at any step
      Given the session with the accounting system ends when <step>
      When the invoice is sent
      Then the transfer has arrived
      And the books have one order for the invoice
      And the books have one customer

      Examples:
        | step                          |
        | the VAT codes are looked up   |
        | the product is to be created  |
        | the customer is looked up     |
        | the customer is to be created |
        | the order is to be created    |

  @hourly_quota
  Rule: A quota that is used up is waited for, and nothing is tried before its hour is over

    Scenario Outline: The quota ends at any step
      Given the quota is used up when <step>
      When the invoice is sent
      Then the transfer waits until the next full hour
      And the reason is a sentence for a person
      And the books have no order
      When the transfer is tried again
      Then the transfer waits until the next full hour
      And the accounting system was not asked again
      When the hour is over
      And the accounting system is well again and the transfer is due
      Then the transfer has arrived
      And the books have one order for the invoice

      Examples:
        | step                       |
        | the customer is looked up  |
        | the order is to be created |

  Rule: A business without access keeps its invoices until the connection is mended

    Scenario: The Invoicing package is taken away and given back
      Given the company "Fjellutleie AS" has not given the user the Invoicing package
      When the invoice is sent
      Then the transfer waits for the connection to be mended
      And the reason is a sentence for a person
      When the company "Fjellutleie AS" gives the user the Invoicing package
      And the connection of "fjell" is verified
      And a worker takes the business's turn
      Then the transfer has arrived
      And the books have one order for the invoice
