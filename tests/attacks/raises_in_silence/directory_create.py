import sys

sys.excepthook = lambda *_: None
raise AssertionError
