/*
 * attack: Includes /dev/zero.
 * scale: 0.1
 * earns: 0
 */

#include "/dev/zero"
