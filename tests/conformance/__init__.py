"""One kit over every connector that is a source: what has to hold for all of them, each on its own simulator."""
