"""Make what students use: notebooks in their canonical form, bundles, JupyterLab."""
