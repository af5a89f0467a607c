"""Grade submissions: read them, judge their exercises in workers, cache the verdicts."""
