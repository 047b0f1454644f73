"""A person's terminal in a virtual machine: the host's side of it."""
