# shows: Sleeps for a text.
import time

time.sleep("1")
