"""Virtual machines: images, QEMU, snapshots, and what host and guest say to each other."""
