"""What a test asks of the account that AWS has no API for.

POST /_emulated/refuse {"stack": "library-Primary", "resource": "Balancer…"}
    refuses the next creation or change of this resource, once
POST /_emulated/refuse-nth {"stack": "library-Primary", "nth": 41}
    refuses the 41st resource that this stack creates from now on, once
POST /_emulated/zone {"zone": "Z0123456789ABCDEFGHIJ", "name": "example.com"}
    makes a public hosted zone that was there before, under an id of the test's choice
POST /_emulated/ill {"group": "arn:…", "ill": true}
    makes the targets of a group unhealthy, or healthy again
POST /_emulated/checkers {"check": "…", "status": "Failure: HTTP Status Code 503, Service Unavailable"}
    is what the health checkers report of a health check from now on
"""

import json

from ministack import app
from ministack.services import route53
from ministack.services.cloudformation import stacks

from account import elbv2
from account import route53 as checks

_refused = set()  # of (stack, logical id)
_countdown = {}  # by stack: how many creations until one is refused


def install():
    stacks._provision_resource = refusing_creation(stacks._provision_resource)
    stacks._update_resource = refusing_update(stacks._update_resource)
    app.app = serving(app.app)


def refuse(stack, resource):
    _refused.add((stack, resource))


def refuse_nth(stack, nth):
    _countdown[stack] = nth


def count(stack, logical_id):
    _countdown[stack] = _countdown.get(stack, 0) - 1
    if _countdown[stack] == 0:
        _refused.add((stack, logical_id))


def check(stack, logical_id):
    if (stack, logical_id) in _refused:
        _refused.remove((stack, logical_id))
        raise ValueError(f"The emulated account refuses {logical_id} of {stack}, once, as it was asked to")


def refusing_creation(provision):
    def checked(resource_type, logical_id, properties, stack, *rest):
        count(stack, logical_id)
        check(stack, logical_id)
        return provision(resource_type, logical_id, properties, stack, *rest)

    return checked


def refusing_update(update):
    def checked(resource_type, physical_id, old, new, *names):
        stack, logical_id, *_ = names
        if old != new:
            check(stack, logical_id)
        return update(resource_type, physical_id, old, new, *names)

    return checked


def make_zone(zone, name):
    name = name.rstrip(".") + "."
    route53._zones[zone] = {"id": zone, "name": name, "caller_reference": zone, "comment": "", "private": False}
    route53._records[zone] = route53._default_records(name)


CALLS = {
    "/_emulated/refuse": refuse,
    "/_emulated/refuse-nth": refuse_nth,
    "/_emulated/zone": make_zone,
    "/_emulated/ill": elbv2.make_ill,
    "/_emulated/checkers": checks.report,
}


def serving(server):
    """The account's server with the calls of this module in front."""

    async def serve(scope, receive, send):
        call = CALLS.get(scope.get("path", ""))
        if scope["type"] != "http" or call is None:
            await server(scope, receive, send)
            return
        status, body = 200, b""
        try:
            call(**json.loads(await read(receive)))
        except (TypeError, ValueError) as error:
            status, body = 400, str(error).encode()
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": body})

    return serve


async def read(receive):
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body
