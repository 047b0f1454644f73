/*
 * attack: A condition of 2 to the 45 words keeps the compiler busy ahead of its turn, and takes no memory.
 * lab: lab9
 * scale: 0.2
 * earns: 9.1 9.3 9.4 9.5 9.6 9.7 9.8 9.9
 */

#define A 1+1+1+1+1+1+1+1+
#define B A A A A A A A A
#define C B B B B B B B B
#define D C C C C C C C C
#define E D D D D D D D D
#define F E E E E E E E E
#define G F F F F F F F F
#define H G G G G G G G G
#define I H H H H H H H H
#define J I I I I I I I I
#define K J J J J J J J J
#define L K K K K K K K K
#define M L L L L L L L L
#define N M M M M M M M M
#define O N N N N N N N N
#if O 0
#endif
