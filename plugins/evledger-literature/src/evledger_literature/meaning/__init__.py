"""What values mean: identifiers, languages, corrections, relations."""
