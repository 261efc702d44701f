"""The steps of an image build: base (Debian), webui (the web apps), root (ours), initrd, disk, sbom."""
