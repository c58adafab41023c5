"""`python -m endwise`."""

from endwise.cli import main

if __name__ == "__main__":
    main()
