"""Grade submissions: read them, judge their exercises in workers, keep the verdicts."""
