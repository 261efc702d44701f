"""The steps of an image build: base (Debian), root (ours), initrd, disk, sbom."""
