"""Run untrusted code isolated from the machine and from other submissions."""
