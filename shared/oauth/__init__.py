"""OAuth 2.0: its forms and answers as data, one person's consent, and the one request that asks a token endpoint."""
