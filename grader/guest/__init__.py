"""What runs in a virtual machine, beside the packages that it shares with the host."""
