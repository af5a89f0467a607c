"""Options of the tests."""


def pytest_addoption(parser):
    parser.addoption(
        "--pictures",
        action="store_true",
        help="take the pictures of JupyterLab that the course shows",
    )
