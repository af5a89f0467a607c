"""Exchange requests and replies between the judge and a submission in the sandbox."""
