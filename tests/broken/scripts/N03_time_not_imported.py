# shows: Uses time without its import.
time.sleep(1)
