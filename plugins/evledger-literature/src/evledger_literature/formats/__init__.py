"""The formats, each a module: from bytes to records."""
