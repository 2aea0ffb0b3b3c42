"""Service Quotas, which MiniStack lacks: what a new account may have, until a test sets another value.

POST /_emulated/quota {"region": "us-east-1", "code": "L-53DA6B97", "value": 32}

https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetAWSDefaultServiceQuota.html
"""

import json
import re

from ministack import app

from account import admin

TARGET = b"ServiceQuotasV20190624."

# By quota code. None has a value of the account's own at first, as many quotas have none on AWS.
DEFAULTS = {"L-1216C47A": 32.0, "L-0263D0A3": 5.0, "L-F678F1CE": 5.0, "L-53DA6B97": 50.0}
_applied = {}  # by region and code

SCOPE = re.compile(r"Credential=[^/]+/[^/]+/([^/]+)/")


def install():
    admin.CALLS["/_emulated/quota"] = set_quota
    app.app = serving(app.app)


def set_quota(region, code, value):
    _applied[region, code] = float(value)


def answer(operation, question, region):
    code = question["QuotaCode"]
    value = _applied.get((region, code)) if operation == b"GetServiceQuota" else DEFAULTS.get(code)
    if value is None:
        return 400, {"__type": "NoSuchResourceException", "Message": "The request failed because it has no value."}
    return 200, {"Quota": {"ServiceCode": question["ServiceCode"], "QuotaCode": code, "Value": value}}


def serving(server):
    """The account's server with Service Quotas in front."""

    async def serve(scope, receive, send):
        headers = dict(scope.get("headers") or [])
        target = headers.get(b"x-amz-target", b"")
        if scope["type"] != "http" or not target.startswith(TARGET):
            await server(scope, receive, send)
            return
        region = SCOPE.search(headers[b"authorization"].decode())[1]
        status, body = answer(target.removeprefix(TARGET), json.loads(await admin.read(receive)), region)
        kind = [(b"content-type", b"application/x-amz-json-1.1")]
        await send({"type": "http.response.start", "status": status, "headers": kind})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    return serve
