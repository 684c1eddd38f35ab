"""Where an export is delivered: one module for each place, which reads and never writes there."""
