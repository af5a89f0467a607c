"""Make a site of the course's pages, on which Python runs in the browser: ``course site``."""
