# shows: Calls sleep that was not imported.
sleep(1)
