"""The steps of the features, by subject. Thin: they call the gateway or look into the accounting system's books."""
