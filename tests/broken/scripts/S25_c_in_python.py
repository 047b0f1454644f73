# shows: Has C outside of its text.
int on_mkdir(void *ctx)
{
    return 0;
}
