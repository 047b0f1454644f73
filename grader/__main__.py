"""`python -m grader` is the labebpf command."""

from grader.cli import main

if __name__ == "__main__":
    main()
