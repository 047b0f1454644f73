#include "par_mode.c"
#include "par_mode.c"
#include "/virtual/main.c"
#include "/virtual/main.c"
