"""Messages to people, by the services that they name: through apprise, which is imported when one is sent."""
