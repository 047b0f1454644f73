/*
 * wrong: An empty file.
 * loses: 5.1 fail, 5.2 blocked, 5.3 blocked, 5.4 blocked, 5.5 blocked, 5.6 blocked, 5.7 blocked
 * says: has no BPF function yet
 */
