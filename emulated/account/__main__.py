"""Starts the account and serves it until standard input ends: ``python -m account``.

The environment that it wants is in emulated/account_test.go. Standard input is a pipe of whoever started it: it ends
with that process however that one ends, so that no account is ever left behind.
"""

import os
import sys
import threading

from ministack import app

from account import (
    admin,
    budgets,
    certificates,
    cloudwatch,
    ec2,
    elbv2,
    fis,
    functions,
    outputs,
    quotas,
    rollbacks,
    route53,
    s3,
    servers,
    sns,
    waf,
)
from account.registry import run_on_worker_threads

MODULES = (
    admin,
    budgets,
    certificates,
    cloudwatch,
    ec2,
    elbv2,
    fis,
    functions,
    outputs,
    quotas,
    rollbacks,
    route53,
    s3,
    servers,
    sns,
    waf,
)


def end_with_standard_input():
    """Ends the process with its standard input. MiniStack itself heeds SIGKILL only."""
    sys.stdin.read()
    os._exit(0)


def main():
    for module in MODULES:
        module.install()
    run_on_worker_threads()
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    sys.argv = sys.argv[:1]
    app.main()


if __name__ == "__main__":
    main()
