"""The control page: where a person is the accountant, in Norwegian and English, with a script that is not needed."""
