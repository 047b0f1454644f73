/*
 * wrong: A message in a macro, and no function that would print it.
 * loses: 0.1 fail, 0.2 blocked, 0.3 blocked, 0.4 blocked, 0.5 blocked
 * says: has no BPF function yet
 */

#define MESSAGE "Hello, World!"
