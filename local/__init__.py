"""Never deployed: faithful simulators of outside systems, servers that real clients talk to on loopback."""
