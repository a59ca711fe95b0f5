"""Proof of notice (送达证明), written to files."""
