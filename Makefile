# Type `make` to see what there is. Works with GNU make 3.81 and a plain sh.

PYTHON   ?= # which Python makes .venv; when empty, the newest one that will do
LAB_ARGS ?= # more for `course lab`, such as --no-browser
NEWER    ?= # a newer version of the course, for `make update` where there is no clone
TEST_ARGS ?= # more for pytest, such as -k lab

ENV_PYTHON    := .venv/bin/python
READY         := .venv/ready
TEST_READY    := .venv/ready-to-test
SANDBOX_READY := .venv/ready-to-grade

# The tests start hundreds of Python processes, and each would compile the whole course anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup lab update test test-all lock tidy FORCE
.DELETE_ON_ERROR:

help:
	@echo "make lab       open the course in JupyterLab (sets everything up first)"
	@echo "make update    bring your pages to the newest version; your answers stay"
	@echo "make setup     only set up: everything goes into .venv, nothing elsewhere"
	@echo "make test      run all tests"
	@echo "make test-all  the same, with larger samples"
	@echo "make tidy      put notebooks into the one form that is kept in git"
	@echo "make lock      write requirements*.lock anew, with the newest versions"

setup:
	@if ! $(MAKE) -s -q $(READY) 2>/dev/null; then $(MAKE) -s $(READY); \
	elif [ -e $(SANDBOX_READY) ]; then echo "The course is already set up."; \
	else $(SANDBOX); fi

lab: $(READY)
	@$(ENV_PYTHON) -m autograder lab $(LAB_ARGS)

update: $(READY)
	@$(ENV_PYTHON) -m autograder update $(if $(NEWER),"$(NEWER)")

test: $(TEST_READY)
	@echo "Running the tests."
	@$(ENV_PYTHON) -m pytest -n logical --dist loadgroup --no-loadscope-reorder $(TEST_ARGS)

test-all:
	@$(MAKE) -s test TEST_ARGS="--thorough $(TEST_ARGS)"

tidy: $(READY)
	@$(ENV_PYTHON) -m autograder tidy

# -- setting up ---------------------------------------------------------------------------------
# A stamp holds the folder it was made in. It counts while the environment's Python can read it and
# the folder is still the same: an environment that was moved, or lost its Python, is made anew.
# .venv/unfinished stands there during an installation, so an interrupted one is made anew too.

ifneq ($(shell $(ENV_PYTHON) -c "print(open('$(READY)').read().strip())" 2>/dev/null),$(CURDIR))
$(READY): FORCE
endif

$(READY): pyproject.toml requirements.lock requirements-sandbox.lock
	@$(FIND_PYTHON); $(MAKE_ENV); $(call INSTALL,requirements.lock,the course needs); $(SANDBOX)
	@echo "The course is set up. Type 'make lab' to open it."

$(TEST_READY): $(READY) requirements-test.lock
	@$(call INSTALL,requirements-test.lock,the tests need)

define FIND_PYTHON
python=; old=; bare=; \
for name in $(or $(PYTHON),python3.14 python3.13 python3.12 python3.11 python3 python); do \
  version=$$("$$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue; \
  "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { old=$$version; continue; }; \
  "$$name" -c 'import ensurepip, venv' 2>/dev/null || { bare=$$name; continue; }; \
  python=$$name; break; \
done; \
if [ -z "$$python" ]; then \
  if [ -n "$$bare" ]; then echo "$$bare lacks its venv module: install it (on Debian and Ubuntu: apt install python3-venv), then try again."; \
  elif [ -n "$$old" ]; then echo "Python $$old is too old: the course needs Python 3.11 or newer."; \
  else echo "Python is missing: the course needs Python 3.11 or newer."; fi >&2; exit 1; \
fi
endef

define MAKE_ENV
if [ -e .venv/unfinished ] || { [ -e $(READY) ] && [ "$$(cat $(READY))" != "$(CURDIR)" ]; } || \
  ! $(ENV_PYTHON) -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
  echo "Making an environment in .venv with $$python (Python $$version)."; \
  rm -rf .venv; mkdir .venv; touch .venv/unfinished; \
  "$$python" -m venv .venv || { echo "$$python could not make .venv: the lines above say why." >&2; exit 1; }; \
fi
endef

PIP_INSTALL := $(ENV_PYTHON) -m pip install --progress-bar off --disable-pip-version-check

define INSTALL
echo "Installing what $(2) into .venv; the first time takes a minute or more."; \
touch .venv/unfinished; \
pip="$(PIP_INSTALL)"; \
if { $$pip --require-hashes --no-deps -r $(1) && \
     $$pip --no-deps --no-build-isolation -e .; } > .venv/install.log 2>&1; then \
  rm .venv/unfinished; echo "$(CURDIR)" > $@; \
elif grep -qiE 'connection broken|connection error|timed out' .venv/install.log; then \
  echo "The network is missing: the packages could not be downloaded. Connect, then try again." >&2; exit 1; \
else \
  grep ERROR .venv/install.log | tail -n 3 >&2; \
  echo "The packages could not be installed: .venv/install.log says why." >&2; exit 1; \
fi
endef

# Only grading needs it, so nothing else fails where there is none for this machine.
define SANDBOX
if $(PIP_INSTALL) --require-hashes --no-deps -r requirements-sandbox.lock >> .venv/install.log 2>&1; \
then touch $(SANDBOX_READY); \
else echo "The sandbox for grading could not be installed; learners need none. 'make setup' tries again."; fi
endef

# -- locks --------------------------------------------------------------------------------------
# requirements.lock has what the course needs and what builds it; requirements-test.lock adds tests,
# requirements-sandbox.lock has bubblewrap alone, and requirements-site.lock what the site needs.

LISTED = $(ENV_PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))$(1), sep="\n")'
COMPILE := $(ENV_PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 \
  --generate-hashes --fork-strategy fewest --no-header

lock: $(TEST_READY)
	@echo "Writing requirements.lock, and those for the tests, the sandbox and the site."
	@$(call LISTED,["build-system"]["requires"]) > .venv/build.txt
	@$(call LISTED,["project"]["optional-dependencies"]["sandbox"]) > .venv/sandbox.txt
	@$(call LISTED,["project"]["optional-dependencies"]["site"]) > .venv/site.txt
	@$(call WRITE_LOCK,requirements.lock,What the course needs,pyproject.toml .venv/build.txt)
	@$(call WRITE_LOCK,requirements-test.lock,What the course and its tests need,pyproject.toml .venv/build.txt --extra test -c requirements.lock)
	@$(call WRITE_LOCK,requirements-sandbox.lock,What only grading needs,.venv/sandbox.txt)
	@$(call WRITE_LOCK,requirements-site.lock,What only the command site needs,.venv/site.txt -c requirements.lock)

define WRITE_LOCK
{ echo "# $(2): exact versions, each with the hashes of its files."; \
  echo "# Good for Linux, macOS and Windows. Made by 'make lock'; please do not edit it by hand."; \
  echo; $(COMPILE) $(3); } > .venv/new.lock && mv .venv/new.lock $(1)
endef
