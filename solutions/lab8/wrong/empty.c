/*
 * wrong: An empty file.
 * loses: 8.1 fail, 8.2 blocked, 8.3 blocked, 8.4 blocked, 8.5 blocked, 8.8 blocked
 * says: has no BPF function yet
 */

