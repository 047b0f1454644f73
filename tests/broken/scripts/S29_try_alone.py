# shows: Has a try that nothing follows.
import time

try:
    time.sleep(0)
print("end")
