/*
 * attack: Ends the process that compiles it, while another program is judged.
 * lab: lab9
 * earns: 9.1 9.3 9.4 9.5 9.6 9.7 9.8 9.9
 */

#pragma clang __debug parser_crash
#pragma clang __debug llvm_fatal_error
#pragma clang __debug overflow_stack
#pragma clang __debug crash
