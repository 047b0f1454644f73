# shows: Does not close a text of several lines.
text = """
int hello(void *ctx)
