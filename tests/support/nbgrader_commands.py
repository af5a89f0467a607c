"""Run nbgrader's commands one after another, each in a fork of a process that has imported it.

To import nbgrader takes longer than most of its commands. Run as a script, this file reads one
command a line from its input, as JSON, and answers with the command's exit code and output.
"""

import json
import os
import subprocess
import sys
import tempfile
import traceback


class Commands:
    """A process that runs nbgrader's commands for one person.

    Parameters
    ----------
    wrap : sequence of str
        A command that runs the rest of its arguments, such as bubblewrap's.
    env : dict
        The person's environment.
    """

    def __init__(self, wrap, env):
        self.process = subprocess.Popen(
            [*wrap, sys.executable, "-P", __file__],
            env=env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def run(self, *arguments, cwd):
        """Run ``nbgrader ARGUMENTS`` in a folder; return its exit code and output."""
        self.process.stdin.write(json.dumps([arguments, str(cwd)]) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.communicate(timeout=60)  # closes its input, which ends it


def main():
    from nbgrader.apps import NbGraderApp

    for line in sys.stdin:
        arguments, cwd = json.loads(line)
        with tempfile.TemporaryFile() as output:
            child = os.fork()
            if not child:
                command(NbGraderApp, arguments, cwd, output.fileno())
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            output.seek(0)
            print(json.dumps([code, output.read().decode()]), flush=True)


def command(app, arguments, cwd, output):
    """Run a command in this fork, and end the fork as the command would end its process."""
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.chdir(cwd)
        sys.argv = ["nbgrader", *arguments]
        app.launch_instance(arguments)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
