"""What ships inside the wheel, with its provenance in ``MANIFEST.json``."""
