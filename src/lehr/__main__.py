"""Run the command line: `python -m lehr`."""

import sys

from lehr.cli.main import main

sys.exit(main())
