/*
 * wrong: An empty file.
 * loses: 3.1 fail, 3.2 blocked, 3.3 blocked, 3.4 blocked, 3.5 blocked, 3.6 blocked, 3.7 blocked
 * says: has no BPF function yet
 */
