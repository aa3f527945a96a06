"""`python -m peg`."""

from peg.cli.main import main

if __name__ == "__main__":
    main()
