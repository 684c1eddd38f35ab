"""The tokens of systems with OAuth: what to do with them, where they are kept sealed, and how one gets to a worker."""
