/*
 * wrong: An empty file.
 * loses: 0.1 fail, 0.2 blocked, 0.3 blocked, 0.4 blocked, 0.5 blocked
 * says: has no BPF function yet
 */
