"""Lambda: the paths of layers.

AWS unpacks a function's layers to /opt. Without containers, MiniStack unpacks them to a temporary folder of the
function's, and searches it for modules only. The CDK's file upload runs a program of its layer, /opt/awscli/aws, which
is the AWS CLI. A function's process therefore starts such a program from the layer, with the Python that the function
runs on: nothing has to be written to /opt, and what carries the files is the CLI that will do so on AWS.
https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html
"""

from ministack.core import lambda_runtime

# Runs in the function's process, before the function.
FROM_LAYERS = """
def _start_programs_from_layers():
    import os, subprocess, sys

    def from_layer(arguments):
        if not isinstance(arguments, (list, tuple)) or not str(arguments[0]).startswith("/opt/"):
            return arguments
        for layer in os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep):
            program = os.path.join(layer, os.path.relpath(arguments[0], "/opt"))
            if layer and os.path.isfile(program):
                return [sys.executable, program, *arguments[1:]]
        return arguments

    class Popen(subprocess.Popen):
        def __init__(self, args, *rest, **named):
            super().__init__(from_layer(args), *rest, **named)

    subprocess.Popen = Popen

_start_programs_from_layers()
"""


def install():
    lambda_runtime._PYTHON_WORKER_SCRIPT = FROM_LAYERS + lambda_runtime._PYTHON_WORKER_SCRIPT
