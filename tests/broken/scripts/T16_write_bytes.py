# shows: Writes bytes to the terminal.
import sys

sys.stdout.write(b"mkdir")
