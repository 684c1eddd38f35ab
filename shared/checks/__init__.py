"""What is wrong with a policy before anything runs: found at load, with the key and what to write instead."""
