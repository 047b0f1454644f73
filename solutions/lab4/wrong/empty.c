/*
 * wrong: An empty file.
 * loses: 4.1 fail, 4.2 blocked, 4.3 blocked, 4.4 blocked, 4.5 blocked, 4.6 blocked, 4.7 blocked
 * says: has no BPF function yet
 */
