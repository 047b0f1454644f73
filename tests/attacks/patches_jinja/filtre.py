# attack: Writes into the lent Jinja2, BCC and Python's own folders, for whoever imports them next.
# lab: lab8
# earns: 8.1 8.2 8.3

import os
import site
import sys

import bcc
import jinja2
import markupsafe

folders = {os.path.dirname(module.__file__) for module in (bcc, jinja2, markupsafe, os)}
folders |= {"/kernel", "/lab", "/", *site.getsitepackages(), *filter(os.path.isabs, sys.path)}
names = "__init__.py", "evil.pth", "usercustomize.py", "sitecustomize.py", "__pycache__/evil.pyc"
for path in sorted(f"{folder}/{name}" for folder in folders for name in names):
    for flags in (os.O_WRONLY, os.O_WRONLY | os.O_CREAT):
        try:
            os.close(os.open(path, flags))
            print("LEAK", path, "can be written", flush=True)
        except OSError:
            pass
sys.exit(3)
