"""Azure on this machine: storage, queues, vault, identities, tenant and HR on loopback, and the app in its runtime.

For developers and tests; never deployed.
"""
