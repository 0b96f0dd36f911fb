"""Asking registries about sources, live."""
