"""Test which files beside a notebook its code may use."""

from autograder.grading.helper_files import helper_files
from autograder.limits import LIMITS


def written(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def test_modules_packages_and_data_are_found(tmp_path):
    folder = written(tmp_path, my_helper_dot_py="x = 1", pack__roots_dot_py="", notes_dot_txt="a")
    written(
        folder, page_dot_ipynb="{}", tool_dot_exe="", utils__check_dot_py="", _dot_hidden_dot_py=""
    )
    files, sentences = helper_files(folder)
    assert sorted(files) == ["my_helper.py", "notes.txt", "pack/roots.py"]
    assert files["my_helper.py"] == b"x = 1"
    assert sentences == []


def test_modules_that_would_hide_others_are_set_aside(tmp_path):
    folder = written(tmp_path, numpy_dot_py="", random_dot_py="", json__init_dot_py="")
    files, sentences = helper_files(folder)
    assert files == {}
    assert [one.split(" was")[0] for one in sentences] == ["json/init.py", "numpy.py", "random.py"]
    assert "numpy is the name of a module of Python or of a package." in sentences[1]


def test_links_are_not_followed(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    folder = tmp_path / "ada"
    folder.mkdir()
    (folder / "mine.txt").symlink_to(secret)
    (folder / "sub").symlink_to(tmp_path)
    assert helper_files(folder) == ({}, [])


def test_too_much_is_left_out_with_a_sentence(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    with (tmp_path / "b.txt").open("wb") as large:
        large.truncate(LIMITS.helper_files + 1)
    files, [sentence] = helper_files(tmp_path)
    assert list(files) == ["a.txt"]
    assert sentence == (
        "Only 4 MB and 100 files beside the notebook are used; "
        "b.txt and what follows it were left out."
    )
