"""What Kvitt says, in the language of whoever reads it. Inside, everything is said in English."""
