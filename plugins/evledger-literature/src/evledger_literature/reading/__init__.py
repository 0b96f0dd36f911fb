"""Taking files apart: encodings, tagged lines, tables, XML and JSON."""
