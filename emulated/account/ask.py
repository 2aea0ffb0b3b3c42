"""Asks the account's API for a test, without a process for each question: ``python -m account.ask``.

Each line of standard input is a question, each line of standard output its answer:

    {"service": "route53", "operation": "get_hosted_zone", "region": "us-east-1", "parameters": {"Id": "Z…"}}
    {"answer": {"HostedZone": {…}}} or {"error": "…"}

The operation "inventory" without a service lists what there is in the account and the regions of its parameters.
"""

import json
import os
import sys

from account.inventory import client, inventory


def answer(question):
    if question["operation"] == "inventory":
        return inventory(question["parameters"]["Regions"])
    operation = getattr(client(question["service"], question["region"]), question["operation"])
    result = operation(**question.get("parameters", {}))
    result.pop("ResponseMetadata", None)
    return result


def main():
    if not os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://127.0.0.1:"):
        sys.exit("AWS_ENDPOINT_URL does not lead to this machine")
    for line in sys.stdin:
        try:
            result = {"answer": answer(json.loads(line))}
        except Exception as error:  # whatever it is, the test says it
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result, default=str), flush=True)


if __name__ == "__main__":
    main()
