Feature: The rental product
  "The system will search for a generic product in 24Seven dedicated for rental services, by looking up product name
  property which is defined as a setting in Sharefox."

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"
    And its settings name the product "Utleie Fjell" and the category "FjellUtleie"
    And an invoice of type "Data for Accounting" whose data is complete

  Rule: The product is found by exactly the name in the settings

    Scenario: A product of that name is used
      Given the books have the product "Utleie Fjell" in the category "FjellUtleie"
      When the invoice is sent
      Then the order's rows are booked on the product "Utleie Fjell"
      And the books have one product and one category

    Scenario: Products of similar names are not taken for it
      Given the books have the product "Utleie Fjell (gammel)" in the category "FjellUtleie"
      And the books have the product "Gammel Utleie Fjell" in the category "FjellUtleie"
      And the books have the product "Utleie Fjell" in the category "FjellUtleie"
      When the invoice is sent
      Then the order's rows are booked on the product "Utleie Fjell"
      And no product was created

    Scenario: Only products of similar names is none
      Given the books have the product "Utleie Fjell (gammel)" in the category "FjellUtleie"
      When the invoice is sent
      Then the order's rows are booked on the product "Utleie Fjell"
      And the product "Utleie Fjell" was created in the category "FjellUtleie"

  Rule: A product that does not exist is created, in the category of the settings
    "If such product doesn't exist, it will be created"; "we create new product with data provided and assign it to the
    category provided which is also set from Business Settings same as product name".

    Scenario: The category exists
      Given the books have the category "FjellUtleie"
      When the invoice is sent
      Then the product "Utleie Fjell" was created in the category "FjellUtleie"
      And the books have one product and one category

    Scenario: A category of a similar name is not taken for it
      Given the books have the category "FjellUtleie 2020"
      When the invoice is sent
      Then the product "Utleie Fjell" was created in the category "FjellUtleie"

    Scenario: The category is missing, too
      "If category doesn't exist, we create a new one with the name provided".
      When the invoice is sent
      Then the product "Utleie Fjell" was created in the category "FjellUtleie"
      And the books have one product and one category

  @optional_categories
  Rule: Where a company has no categories, the product goes without

    Scenario: The product is created all the same
      Given the business "kafe" is connected to the account "Dal Kafe AS", which has no product categories
      And its settings name the product "Utleie Dal" and the category "DalUtleie"
      When the invoice is sent
      Then the transfer has arrived
      And the order's rows are booked on the product "Utleie Dal"
      And the product "Utleie Dal" was created without a category

  Rule: Product and category are reused the next time

    Scenario: A second invoice creates neither
      Given the invoice was sent
      When another invoice for the same customer is sent
      Then the transfer has arrived
      And the order's rows are booked on the product "Utleie Fjell"
      And the books have one product and one category

    Scenario: A product that was deleted meanwhile is created again
      Given the invoice was sent
      And the product "Utleie Fjell" is deleted in the books
      When another invoice for the same customer is sent
      Then the transfer has arrived
      And the books have one product and one category

  Rule: The settings may say what a product of Sharefox's is booked as
    By the number of the product in the books, or else its exact name; every other product is booked on the rental product.

    Scenario: By the product code, and by the text where there is no code
      Given the books have the product "Gravemaskin" with the number "1100"
      And the books have the product "Forsikring" in the category "Annet"
      And the settings book "EX-1" as the product "1100"
      And the settings book "Insurance" as the product "Forsikring"
      And the invoice has rows for the products "EX-1: Excavator", "Insurance" and "Tractor"
      When the invoice is sent
      Then the rows are booked on the products "Gravemaskin", "Forsikring" and "Utleie Fjell"

    Scenario: The rental product is not created for rows that need none
      Given the books have the product "Gravemaskin" with the number "1100"
      And the settings book "Tractor" as the product "1100"
      When the invoice is sent
      Then the order's rows are booked on the product "Gravemaskin"
      And no product was created

    Scenario: A product with a VAT code of its own
      Given the books have the product "Eksport" with the number "5200"
      And the settings book "Tractor" as the product "5200" with the VAT code "52"
      And the row's VAT is "0" percent
      When the invoice is sent
      Then the order's row has the VAT code 52 with 0 percent
      And the transfer has no warning

    Scenario: One that the accounting system does not have is refused, and is made by nobody but the accountant
      Given the settings book "Tractor" as the product "1100"
      When the invoice is sent
      Then the transfer is rejected because of an "unknown product"
      And nothing was written in the books

    Scenario: Of two products of one name, a person chooses
      Given the books have the product "Gravemaskin" with the number "1100"
      And the books have the product "Gravemaskin" with the number "1101"
      And the settings book "Tractor" as the product "Gravemaskin"
      When the invoice is sent
      Then the transfer is rejected because of an "ambiguous product"
      And nothing was written in the books
