/*
 * shows: Prints as in C++.
 */
int hello(void *ctx)
{
	std::cout << "mkdir";
	return 0;
}
