"""Makes the slowest parts of moto quick; what it answers stays the same. Imported before anything of moto's is."""

import copy
import functools
import inspect
import io
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
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from werkzeug import serving


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
    # Who was told to go on with the body waits for that.
    self.wfile.flush()
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
    **{**vars(serving.selectors), "DefaultSelector": _NothingMoreToRead}
)
# A small answer is sent whole, not its headers first: other requests wait while Python hands a part to the system.
serving.WSGIRequestHandler.wbufsize = -1
