print("OWNED argparse", flush=True)
import os

os._exit(0)
