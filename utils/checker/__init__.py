"""Judging of one answer. It ships in bundles and holds no solution."""
