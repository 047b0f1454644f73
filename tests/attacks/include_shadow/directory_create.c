/*
 * attack: Lets the compiler quote /etc/shadow in its errors.
 * earns: 0
 */

#include "/etc/shadow"
