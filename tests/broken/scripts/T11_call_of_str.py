# shows: Calls a text.
name = "on_mkdir"
name()
