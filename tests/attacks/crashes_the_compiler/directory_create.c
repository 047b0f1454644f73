/*
 * attack: Crashes the compiler, by what clang has for testing that.
 * base: stub
 * earns: 0
 */

#pragma clang __debug overflow_stack
#pragma clang __debug llvm_unreachable
#pragma clang __debug llvm_fatal_error
#pragma clang __debug crash
#pragma clang __debug parser_crash
