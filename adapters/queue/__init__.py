"""Ways of getting transfers worked on."""
