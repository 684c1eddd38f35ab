"""State and queues in one process: the protocols of Azure's, kept in a SQLite file and in memory."""
