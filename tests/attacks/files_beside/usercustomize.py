print("OWNED usercustomize")
import os

os._exit(0)
