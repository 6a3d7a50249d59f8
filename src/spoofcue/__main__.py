"""``python -m spoofcue`` is the command ``spoofcue``."""

from spoofcue.cli.main import main

if __name__ == "__main__":
    main()
