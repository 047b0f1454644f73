print("OWNED markupsafe", flush=True)
import os

os._exit(0)
