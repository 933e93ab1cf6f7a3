"""`python -m service COMMAND`: what `./poradnia` hands over to."""

import sys

from service.cli import main

sys.exit(main(sys.argv[1:]))
