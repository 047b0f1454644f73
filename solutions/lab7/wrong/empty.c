/*
 * wrong: An empty file.
 * loses: 7.1 fail, 7.2 blocked, 7.3 blocked, 7.4 blocked, 7.5 blocked, 7.6 blocked, 7.7 blocked, 7.8 blocked
 * says: has no BPF function yet
 */
