# shows: Calls the module.
import bcc

b = bcc(src_file="events.c")
