"""Ask a submission in the sandbox, by messages, and answer from inside it."""
