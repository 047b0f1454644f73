# shows: Ends with sys.exit without sys.
sys.exit(1)
