/*
 * shows: A struct without the semicolon behind it, among equal lines.
 */
struct enter_t {
	u64 time;
	u32 mode;
}
struct leave_t {
	u64 time;
	u32 mode;
};

int hello(void *ctx)
{
	return 0;
}
