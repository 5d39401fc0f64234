"""What the calls of gated wait for: permit gives them."""

import threading

GATE = threading.Semaphore(0)
