"""Make what people get: the pages in their one form, bundles, the lab."""
