# attack: Prints what a right script prints, and attaches nothing.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8

import time

while True:
    print("     1.000000000 python3             123 mkdir", flush=True)
    time.sleep(0.1)
