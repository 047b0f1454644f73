/*
 * attack: Its compiler message makes a careless regular expression run for hours.
 * base: stub
 * earns: 0
 */

#define W "events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/events/"
#define W4 W W W W
#define W16 W4 W4 W4 W4
#define W64 W16 W16 W16 W16
#define W256 W64 W64 W64 W64
#define W1024 W256 W256 W256 W256
#pragma message(W1024)

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return *(volatile int *)8;
}
