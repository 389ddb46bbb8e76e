"""Where the daemon's socket is when nobody says."""

import os

SYSTEM = "/run/tda.sock"


def default_socket():
    """`$TDA_SOCKET`; else `$XDG_RUNTIME_DIR/tda.sock` where `/run` is not writable and that socket is there;
    else `/run/tda.sock`.
    """
    if named := os.environ.get("TDA_SOCKET"):
        return named
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and not os.access("/run", os.W_OK):
        own = os.path.join(runtime, "tda.sock")
        if os.path.exists(own) or not os.path.exists(SYSTEM):
            return own
    return SYSTEM
