/*
 * wrong: An empty file.
 * loses: 6.1 fail, 6.2 blocked, 6.3 blocked, 6.4 blocked, 6.5 blocked, 6.6 blocked, 6.7 blocked
 * says: has no BPF function yet
 */

