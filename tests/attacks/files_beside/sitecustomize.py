print("OWNED sitecustomize")
import os

os._exit(0)
