/*
 * attack: Includes /dev/zero.
 * scale: 0.1
 * base: stub
 * earns: 0
 */

#include "/dev/zero"
