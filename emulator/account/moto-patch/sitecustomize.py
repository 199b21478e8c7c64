"""Python loads this when the emulator starts, because this folder is on its PYTHONPATH: it mends what moto 5.2
does unlike AWS where that would falsify an evaluation, makes its slowest parts quick, and ends it with its starter."""

import copy
import functools
import gc
import hashlib
import inspect
import io
import os
import selectors
import threading
import types

from botocore import loaders
from moto.utilities import utils

# Read with this for their hook, the descriptions of the services are put together in Python, pair by pair; a plain
# dict keeps its order too. And each session of several reads them anew.
loaders.OrderedDict = None
_load_file = loaders.JSONFileLoader.load_file
_loaded_file = functools.cache(lambda path: _load_file(loaders.JSONFileLoader(), path))
loaders.JSONFileLoader.load_file = lambda self, path: _loaded_file(path)

# Which instance type is offered in which zone nobody asks here, and it takes a quarter of a second to read.
_load_resource = utils.load_resource
utils.load_resource = lambda package, resource: (
    [] if "instance_type_offerings" in resource else _load_resource(package, resource)
)

from moto import backends
from moto.core import responses
from moto.core.responses import ActionResult
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.rds.models import DBInstance
from moto.s3.responses import S3Response
from werkzeug import serving


# moto gives every database one and the same DbiResourceId; AWS Config knows databases by nothing else.
def _id_of_its_own(self):
    digest = hashlib.sha256(self.db_instance_arn.encode()).hexdigest()
    return "db-" + digest[:26].upper()


DBInstance.dbi_resource_id = property(_id_of_its_own, lambda self, value: None)


# moto cuts the list of buckets at MaxBuckets without a token for the rest, and names no bucket's Region.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
def _all_buckets(self):
    self.data["Action"] = "ListAllMyBuckets"
    self._authenticate_and_authorize_s3_action()
    prefix, region, size, token = (
        self._get_param(name) for name in ("prefix", "bucket-region", "max-buckets", "continuation-token")
    )
    buckets = sorted(self.backend.list_buckets(prefix, region, None), key=lambda bucket: bucket.name)
    rest = [bucket for bucket in buckets if not token or bucket.name > token]
    page = rest[: int(size)] if size else rest
    result = {
        "Owner": {"ID": "bcaf1ffd86f41161ca5fb16fd081034f"},
        "Buckets": [
            {
                "Name": bucket.name,
                "CreationDate": bucket.creation_date_ISO8601,
                **({"BucketRegion": bucket.region_name} if prefix or region or size or token else {}),
            }
            for bucket in page
        ],
        **({"ContinuationToken": page[-1].name} if len(page) < len(rest) else {}),
    }
    self.data["Action"] = "ListBuckets"
    return self.serialized(ActionResult(result))


S3Response.all_buckets = _all_buckets


# moto looks for every attribute value under five spellings of each of its ten possible types, which takes four
# fifths of a query's time. What is in the wire's form already is handed on as it is.
_serialize_structure = BaseJSONSerializer._serialize_type_structure
_WIRE_FORM = {"S", "N", "BOOL", "NULL", "SS", "NS"}


def _serialize_attribute_value(self, serialized, value, shape, key):
    if shape.name == "AttributeValue" and isinstance(value, dict) and _WIRE_FORM.issuperset(value):
        self._default_serialize(serialized, value, shape, key)
    else:
        _serialize_structure(self, serialized, value, shape, key)


BaseJSONSerializer._serialize_type_structure = _serialize_attribute_value


# Of a table with some hundred items moto sorts and compares all for every query. It is given only those of the wanted
# partition, found by plain texts, and does with them what it always does. The partitions of an index are remembered
# until something is written.
_query = Table.query
_query_signature = inspect.signature(_query)
_READS = {"BatchGetItem", "GetItem", "Query", "Scan"}
_writes = 0


def _query_of_partition(self, *args, **kwargs):
    asked = _query_signature.bind(self, *args, **kwargs).arguments
    if not self.range_key_attr:
        return _query(self, *args, **kwargs)
    partition = copy.copy(self)
    if asked.get("index_name"):
        (name, wanted), *_ = asked["hash_key_conditions"]
        partition.items = _partitions(self, name).get(wanted.value, {})
    else:
        partition.items = {asked["hash_key"]: self.items.get(asked["hash_key"], {})}
    return _query(partition, *args, **kwargs)


def _partitions(table, name):
    remembered = table.__dict__.setdefault("partitions", {})
    writes, partitions = remembered.get(name, (None, None))
    if writes != _writes:
        # Before looking: what is written meanwhile may not have been seen.
        writes, partitions = _writes, {}
        for hash_key, items in list(table.items.items()):
            for range_key, item in list(items.items()):
                if of := item.attrs.get(name):
                    partitions.setdefault(of.value, {}).setdefault(hash_key, {})[range_key] = item
        remembered[name] = (writes, partitions)
    return partitions


_call_action = DynamoHandler.call_action


def _call_and_count(self):
    global _writes
    if self._get_action() in _READS:
        return _call_action(self)
    try:
        return _call_action(self)
    finally:
        _writes += 1


DynamoHandler.call_action = _call_and_count
Table.query = _query_of_partition


# For every request moto lists the folders of its own package and the methods of the one that answers, and the server
# writes a line that nobody reads.
_services = frozenset(backends.list_of_moto_modules())
backends.list_of_moto_modules = lambda: _services
responses.method_names_from_class = functools.cache(responses.method_names_from_class)
serving.WSGIRequestHandler.log_request = lambda self, code="-", size="-": None


# The server closes every connection, as it would take what a handler left of a request for the next one, and a third
# of the time goes into opening and closing. Here each request is read whole before it is handled, so that nothing is
# left to be looked for.
class _NothingMoreToRead:
    def register(self, connection, events):
        pass

    def select(self, timeout=None):
        return []

    def close(self):
        pass


_make_environ = serving.WSGIRequestHandler.make_environ


def _make_environ_with_body(self):
    environ = _make_environ(self)
    size = -1 if environ.get("wsgi.input_terminated") else int(environ.get("CONTENT_LENGTH") or 0)
    environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(size))
    return environ


serving.WSGIRequestHandler.make_environ = _make_environ_with_body
_send_header = serving.WSGIRequestHandler.send_header


def _send_header_but_close(self, keyword, value):
    if (keyword, value) != ("Connection", "close"):
        _send_header(self, keyword, value)


serving.WSGIRequestHandler.send_header = _send_header_but_close
serving.WSGIRequestHandler.disable_nagle_algorithm = True
serving.selectors = types.SimpleNamespace(
    **{**vars(selectors), "DefaultSelector": _NothingMoreToRead}
)
# An answer is sent whole, not its headers first: other requests wait while Python hands a part to the system.
serving.WSGIRequestHandler.wbufsize = -1


# What is there from the start is not looked through again for garbage.
gc.freeze()
gc.set_threshold(20_000)


# A starter that is killed can clean up nothing, but the pipe it held to our standard input closes all the same.
def _end_with_starter():
    while os.read(0, 4096):
        pass
    os._exit(0)


if os.environ.get("MOTO_ENDS_WITH_STDIN"):
    threading.Thread(target=_end_with_starter, daemon=True).start()


# To start an execution moto copies its state machine with the earlier executions of it, whose locks cannot be copied.
# Only who has moto call functions on a port needs executions, and nobody else waits for the import.
if "MOTO_PORT" in os.environ:
    from moto.stepfunctions.models import StateMachine

    def _copy_without_executions(self, memo):
        clone = copy.copy(self)
        clone.executions = []
        return clone

    StateMachine.__deepcopy__ = _copy_without_executions


# moto says of an event that a bus forwards to another that it happened where that one is, and leaves the account out of
# what it hands over.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
# Only who has buses needs it, and nobody else waits for the import.
if "MOTO_FORWARDS_EVENTS" in os.environ:
    import copy

    from moto.events.models import Rule, events_backends

    _send_to_targets = Rule.send_to_targets

    def _is_bus(target):
        return ":event-bus/" in target["Arn"]

    def _send_as_it_is(self, event, transform_input=True):
        targets = self.targets
        self.targets = [target for target in targets if not _is_bus(target)]
        try:
            _send_to_targets(self, copy.deepcopy(event), transform_input=False)
        finally:
            self.targets = targets
        if not self.event_pattern.matches_event(event):
            return
        for target in filter(_is_bus, targets):
            _, _, _, region, account, bus = target["Arn"].split(":", 5)
            rules = events_backends[account][region].describe_event_bus(bus.split("/")[1]).rules
            for rule in list(rules.values()):
                rule.send_to_targets(event)

    Rule.send_to_targets = _send_as_it_is
