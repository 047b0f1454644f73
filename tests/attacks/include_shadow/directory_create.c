/*
 * attack: Lets the compiler quote /etc/shadow in its errors.
 * base: stub
 * earns: 0
 */

#include "/etc/shadow"
