"""`make connector`: a new source with its simulator, sample, tests and conformance adapter, which work at once."""
