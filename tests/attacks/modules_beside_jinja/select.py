print("OWNED select", flush=True)
import os

os._exit(0)
