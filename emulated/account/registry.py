"""What the modules have in common: adding resource types, and calling the account's own API."""

import functools
import hashlib
import os

import boto3
from ministack.core.responses import get_region
from ministack.services.cloudformation import provisioners, stacks

_types = set()


def api(service):
    """A client of this account's own API, in the region of the stack at work."""
    return _client(service, get_region())


@functools.cache
def _client(service, region):
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def add(resource_type, create, delete, update=None):
    """Adds a resource type.

    ``create(logical_id, properties, stack)`` and ``update(physical_id, old, new, logical_id, stack)`` return the
    physical id and the attributes, ``delete(physical_id, properties)`` nothing. Without ``update``, a changed resource
    is removed and made again, as CloudFormation does with what it has to replace.
    """

    def remade(physical_id, old, new, logical_id, stack):
        delete(physical_id, old)
        return create(logical_id, new, stack)

    change = update or remade
    provisioners._RESOURCE_HANDLERS[resource_type] = {
        "create": create,
        "delete": delete,
        "update": lambda physical_id, old, new, stack, logical_id=None: change(
            physical_id, old, new, logical_id, stack
        ),
        "update_with_logical_id": True,
    }
    _types.add(resource_type)


def extend(resource_type, after):
    """Calls ``after(physical_id, properties, attributes)`` when MiniStack has created or updated such a resource."""
    handler = dict(provisioners._RESOURCE_HANDLERS[resource_type])

    def create(logical_id, properties, stack):
        physical_id, attributes = handler["create"](logical_id, properties, stack)
        after(physical_id, properties, attributes)
        return physical_id, attributes

    def update(physical_id, old, new, *rest):
        physical_id, attributes = handler["update"](physical_id, old, new, *rest)
        after(physical_id, new, attributes)
        return physical_id, attributes

    extended = {**handler, "create": create}
    if "update" in handler:
        extended["update"] = update
    provisioners._RESOURCE_HANDLERS[resource_type] = extended
    _types.add(resource_type)


def run_on_worker_threads():
    """Takes our resource types off MiniStack's event loop.

    They call the API of the process that they run in: on the event loop, it would wait for itself.
    """
    before = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda resource_type: resource_type in _types or before(resource_type)


def generated_id(prefix, stack, logical_id):
    """An id in AWS's form: the same for the same resource of the same stack."""
    return prefix + hashlib.sha256(f"{stack}/{logical_id}".encode()).hexdigest()[:17]


def boolean(value):
    """A boolean of a template, which may be written as text."""
    return str(value).lower() == "true"


def typed(properties, integers=(), booleans=()):
    """A copy of properties in which these are integers and booleans, as the API wants; templates may quote them."""
    result = dict(properties)
    for name in integers:
        if name in result:
            result[name] = int(result[name])
    for name in booleans:
        if name in result:
            result[name] = boolean(result[name])
    return result
