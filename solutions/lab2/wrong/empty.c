/*
 * wrong: An empty file.
 * loses: 2.1 fail, 2.2 blocked, 2.3 blocked, 2.4 blocked, 2.5 blocked
 * says: has no BPF function yet
 */
