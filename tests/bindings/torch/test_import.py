"""Without PyTorch the module says what to install."""

import subprocess
import sys


def test_the_missing_extra_is_named():
    code = "import sys; sys.modules['torch'] = None; import lehr.bindings.torch"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.returncode == 1
    assert "pip install 'lehr[torch]'" in found.stderr.splitlines()[-1]
