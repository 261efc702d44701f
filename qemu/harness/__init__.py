"""Boots Gatehouse images in QEMU with real network ports around them.

A machine's ports end in throw-away network namespaces: an internet behind WAN, PCs on the access
ports, tagged peers on the trunk. `qemu/boot` is this package's command line.
"""
