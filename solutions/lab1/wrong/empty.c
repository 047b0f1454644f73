/*
 * wrong: An empty file.
 * loses: 1.1 fail, 1.2 blocked, 1.3 blocked, 1.4 blocked, 1.5 blocked
 * says: has no BPF function yet
 */
