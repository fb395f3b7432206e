Feature: Departments and projects
  An order is counted under a department and a project. The settings name them for all invoices; an invoice names others
  for itself, and a row for itself alone. They are given by id or exact name.

  Background:
    Given the business "fjell" is connected to the account "Fjellutleie AS"
    And the books have the departments "Oslo", "Bergen" and "Bodø"
    And an invoice of type "Data for Accounting" whose data is complete

  @dimensions
  Rule: The row goes before the invoice, and that before the settings

    Scenario: The settings' department is the order's and its rows'
      Given the settings name the department "Oslo"
      When the invoice is sent
      Then the order is counted under the department "Oslo"
      And its rows are counted under the departments "Oslo"
      And the transfer has no warning

    Scenario: An invoice and a row of it name others
      Given the settings name the department "Oslo"
      And the invoice names the department "Bergen"
      And the invoice has a second row that names the department "Bodø"
      When the invoice is sent
      Then the order is counted under the department "Bergen"
      And its rows are counted under the departments "Bergen, Bodø"

    Scenario: An order of a business that names none says nothing of them
      When the invoice is sent
      Then the order is counted under no department and no project

  @dimensions
  Rule: An id means the same as a name

    Scenario: A project by its id
      Given the books have the project "Fjellfestivalen"
      And the invoice names the id of the project "Fjellfestivalen"
      When the invoice is sent
      Then the order is counted under the project "Fjellfestivalen"

    @demands
    Scenario: A company that demands a department on every order gets it
      Given the account demands a department on every order
      And the settings name the department "Oslo"
      When the invoice is sent
      Then the transfer has arrived
      And the order is counted under the department "Oslo"

  @dimensions
  Rule: What can't be told for certain is refused before anything is written

    Scenario: There is no such department
      Given the invoice names the department "Hamar"
      When the invoice is sent
      Then the transfer is rejected because of an "unknown dimension"
      And nothing was written in the books

    Scenario: Two departments of one name
      Given the books have the department "Oslo"
      And the invoice names the department "Oslo"
      When the invoice is sent
      Then the transfer is rejected because of an "ambiguous dimension"
      And nothing was written in the books

    Scenario: A department that was added meanwhile is found
      Given the settings name the department "Oslo"
      And the invoice was sent
      And the books have the department "Hamar"
      And the invoice names the department "Hamar"
      When another invoice for the same customer is sent
      Then the order is counted under the department "Hamar"

  @no_dimensions
  Rule: Where orders get no department, that is told before and after

    Scenario: An invoice that names a department
      Given the invoice names the department "Bergen"
      When the invoice is previewed
      Then the preview says that "order_number" and "department" will not be written
      When the invoice is sent
      Then the transfer has arrived
      And the transfer warns of "department" only
      And the order is counted under no department and no project
