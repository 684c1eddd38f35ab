"""The template of a source and its simulator: an invented HR system that works, and is copied under another name."""
