"""How every test runs: deterministic, offline, one thread; coverage has floors."""

import gc
import io
import os
import signal
import socket
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

# Set before anything imports NumPy or torch: two workers with two threads each would
# only wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("KERAS_BACKEND", "torch")
# Keras writes a file there when it is imported.
os.environ.setdefault("KERAS_HOME", str(Path(tempfile.gettempdir(), "lehr-keras")))

# A shell's background job ignores Ctrl-C, and so would all that the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("same", derandomize=True, deadline=None, database=None)
settings.register_profile("search", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

PURE_PARTS = ("schedules", "controllers", "plan", "replanning")
PURE_FLOOR = 95.0
COVERED = pytest.StashKey[float]()


@pytest.fixture(autouse=True, scope="session")
def no_network():
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def connect_here(self, address):
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1"}:
            raise RuntimeError(f"tests must not use the network; asked for {address}")
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        yield


@pytest.fixture(scope="session")
def timm_scheduler():
    """Return the module `timm.scheduler`, without the torchvision that timm needs."""
    if find_spec("timm") is None:
        pytest.skip("timm is not installed")
    from dialects import timm_oracle

    return timm_oracle.timm_scheduler()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session):
    """Hold the pure parts to their own floor, once the run's coverage is known."""
    result = yield
    plugin = session.config.pluginmanager.getplugin("_cov")
    if plugin is None or not plugin.cov_total or hasattr(session.config, "workerinput"):
        return result
    files = [f"src/lehr/{part}/*" for part in PURE_PARTS]
    covered = plugin.cov_controller.cov.report(include=files, file=io.StringIO())
    session.config.stash[COVERED] = covered
    if covered < PURE_FLOOR:
        session.testsfailed += 1
    return result


def pytest_terminal_summary(terminalreporter, config):
    if (covered := config.stash.get(COVERED, None)) is not None:
        terminalreporter.write_line(
            f"Coverage of {', '.join(PURE_PARTS)}: {covered:.1f} % "
            f"(floor {PURE_FLOOR:.0f} %)",
            red=covered < PURE_FLOOR,
        )


def pytest_collection_finish():
    """Let the collector look no more at what collecting the tests has left."""
    gc.collect()
    gc.freeze()
