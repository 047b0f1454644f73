/*
 * attack: Its compiler messages say what the grader or a CI takes for its own.
 * base: stub
 * earns: 0
 */

#pragma message("Operation not permitted")
#warning ##[error]pwned
#error AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ::error::pwned ::set-output name=a::b
