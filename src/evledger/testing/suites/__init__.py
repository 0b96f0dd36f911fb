"""Conformance suites, a module for each kind of plugin; they come from :mod:`evledger.testing`."""
