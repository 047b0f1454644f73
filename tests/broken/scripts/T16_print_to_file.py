# shows: Writes a number into a file.
import sys

sys.stdout.write(1)
