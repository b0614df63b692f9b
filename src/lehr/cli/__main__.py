"""Run the command line: `python -m lehr.cli`."""

import sys

from lehr.cli.main import main

sys.exit(main())
