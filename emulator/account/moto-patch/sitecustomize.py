"""Python loads this when the emulator starts, because this folder is on its PYTHONPATH: it mends what moto 5.2
does unlike AWS where that would falsify an evaluation, makes its slowest parts quick, and ends it with its starter."""

import quick_moto  # noqa: F401, first, before anything of moto's

import copy
import gc
import hashlib
import os
import threading

from moto.core.responses import ActionResult
from moto.rds.models import DBInstance
from moto.s3.responses import S3Response


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
