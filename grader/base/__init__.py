"""What every other package uses: errors, messages, files, deadlines."""
