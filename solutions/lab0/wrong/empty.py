# wrong: An empty file.
# loses: 0.4 fail, 0.5 blocked
# says: wait for events in a loop
