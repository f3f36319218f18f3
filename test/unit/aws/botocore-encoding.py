#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Our request bodies against those that botocore's own serializer makes of the same parameters.

Usage: botocore-encoding.py PRINT-REQUESTS [EC2-MODEL]

A case with an operation or a member that the installed model does not know is skipped; EC2-MODEL, or the environment
variable S2SVPN_EC2_MODEL, names a newer service-2.json.
"""
import json
import os
import subprocess
import sys
from urllib.parse import parse_qsl

try:
    import botocore.loaders
    import botocore.model
    import botocore.serialize
except ImportError:
    print("1..0 # SKIP python3-botocore is not installed")
    sys.exit(0)

TAGS = [{"Key": "s2svpn-owner", "Value": "team a&b"}, {"Key": "s2svpn-slot", "Value": "vpn1"}]
TAGS_3 = TAGS + [{"Key": "empty", "Value": ""}]
TUNNEL = {
    "PreSharedKey": "SYNTHETIC.key_1",
    "TunnelInsideCidr": "169.254.21.0/30",
    "Phase1EncryptionAlgorithms": [{"Value": "AES256"}],
    "Phase1IntegrityAlgorithms": [{"Value": "SHA2-384"}],
    "Phase1DHGroupNumbers": [{"Value": 20}],
    "Phase2EncryptionAlgorithms": [{"Value": "AES256-GCM-16"}],
    "Phase2IntegrityAlgorithms": [{"Value": "SHA2-256"}, {"Value": "SHA2-384"}],
    "Phase2DHGroupNumbers": [{"Value": 20}],
    "IKEVersions": [{"Value": "ikev2"}],
    "Phase1LifetimeSeconds": 28800,
    "Phase2LifetimeSeconds": 3600,
    "DPDTimeoutSeconds": 40,
    "DPDTimeoutAction": "restart",
    "StartupAction": "start",
}
SECOND = {"TunnelInsideCidr": "169.254.22.0/30", "PreSharedKey": "SYNTHETIC.key_2", "StartupAction": "add"}
IDS = {"VpnConnectionId": "vpn-0aaa", "VpnTunnelOutsideIpAddress": "198.51.100.10"}


def specification(kind, tags):
    return [{"ResourceType": kind, "Tags": tags}]


def connection(**more):
    return {
        "Type": "ipsec.1",
        "CustomerGatewayId": "cgw-0aaa",
        "VpnGatewayId": "vgw-0aaa",
        "Options": {"StaticRoutesOnly": False, "TunnelOptions": [{**TUNNEL, **more}, {**TUNNEL, **SECOND, **more}]},
        "TagSpecifications": specification("vpn-connection", TAGS),
    }


def filters(**values):
    return [{"Name": name, "Values": texts} for name, texts in values.items()]


CASES = {
    "describe-vpcs": {
        "Filters": filters(**{"vpc-id": ["vpc-0aaa", "vpc-0bbb"], "state": ["available"]}),
        "NextToken": "a+b/c==",
    },
    "describe-route-tables": {"Filters": filters(**{"route-table-id": ["rtb-0aaa"]})},
    "describe-customer-gateways": {"Filters": filters(**{"tag:s2svpn-owner": ["hub-1"]})},
    "describe-vpn-gateways": {},
    "describe-vpn-connections": {
        "Filters": filters(
            **{"vpn-connection-id": ["vpn-0aaa", "vpn-0bbb"], "state": ["pending", "available", "modifying", "deleting"]}
        )
    },
    "create-customer-gateway": {
        "Type": "ipsec.1",
        "IpAddress": "203.0.113.10",
        "BgpAsn": 65515,
        "DeviceName": "hub/cgw0",
        "TagSpecifications": specification("customer-gateway", TAGS_3),
    },
    "create-customer-gateway-wide": {"Type": "ipsec.1", "IpAddress": "203.0.113.10", "BgpAsnExtended": 4200000001},
    "delete-customer-gateway": {"CustomerGatewayId": "cgw-0aaa"},
    "create-vpn-gateway": {
        "Type": "ipsec.1",
        "AmazonSideAsn": 4200000000,
        "TagSpecifications": specification("vpn-gateway", TAGS),
    },
    "create-vpn-gateway-plain": {"Type": "ipsec.1"},
    "delete-vpn-gateway": {"VpnGatewayId": "vgw-0aaa"},
    "attach-vpn-gateway": {"VpcId": "vpc-0aaa", "VpnGatewayId": "vgw-0aaa"},
    "attach-vpn-gateway-dry": {"VpcId": "vpc-0aaa", "VpnGatewayId": "vgw-0aaa", "DryRun": True},
    "detach-vpn-gateway": {"VpcId": "vpc-0aaa", "VpnGatewayId": "vgw-0aaa"},
    "enable-propagation": {"GatewayId": "vgw-0aaa", "RouteTableId": "rtb-0aaa"},
    "disable-propagation": {"GatewayId": "vgw-0aaa", "RouteTableId": "rtb-0aaa"},
    "create-vpn-connection": connection(),
    "create-vpn-connection-lifecycle": connection(EnableTunnelLifecycleControl=True),
    "create-vpn-connection-transit": {
        "Type": "ipsec.1",
        "CustomerGatewayId": "cgw-0aaa",
        "TransitGatewayId": "tgw-0aaa",
        "Options": {"StaticRoutesOnly": False},
    },
    "delete-vpn-connection": {"VpnConnectionId": "vpn-0aaa"},
    "modify-tunnel": {
        **IDS,
        "TunnelOptions": {
            "PreSharedKey": "SYNTHETIC.key_3",
            "Phase1DHGroupNumbers": [{"Value": 14}, {"Value": 20}],
            "DPDTimeoutAction": "none",
            "Phase2LifetimeSeconds": 900,
        },
    },
    "modify-tunnel-lifecycle": {
        **IDS,
        "TunnelOptions": {"EnableTunnelLifecycleControl": False},
        "SkipTunnelReplacement": True,
    },
    "replace-tunnel": {**IDS, "ApplyPendingMaintenance": True},
    "replacement-status": IDS,
    "create-tags": {"Resources": ["vgw-0aaa", "cgw-0aaa"], "Tags": TAGS_3},
    "caller-identity": {},
}


def models():
    path = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("S2SVPN_EC2_MODEL")
    loader = botocore.loaders.Loader()
    if path:
        with open(path, encoding="utf-8") as f:
            ec2 = json.load(f)
    else:
        ec2 = loader.load_service_model("ec2", "service-2")
    sts = loader.load_service_model("sts", "service-2")
    return [botocore.model.ServiceModel(m) for m in (ec2, sts)]


def unknown(shape, value, path=""):
    """The first member of the value that the shape does not have, or None."""
    if shape is None:
        return None if not value else path
    if shape.type_name == "structure":
        for name, inner in value.items():
            if name not in shape.members:
                return f"{path}.{name}"
            found = unknown(shape.members[name], inner, f"{path}.{name}")
            if found:
                return found
    if shape.type_name == "list":
        for inner in value:
            found = unknown(shape.member, inner, path)
            if found:
                return found
    return None


def check(number, name, body, services):
    ours = parse_qsl(body, keep_blank_values=True, strict_parsing=True)
    action = dict(ours)["Action"]
    model = services[1] if name == "caller-identity" else services[0]
    if action not in model.operation_names:
        print(f"ok {number} {name} # SKIP the installed model has no {action}")
        return True
    operation = model.operation_model(action)
    missing = unknown(operation.input_shape, CASES[name])
    if missing:
        print(f"ok {number} {name} # SKIP the installed model has no {action}{missing}")
        return True
    serializer = botocore.serialize.create_serializer(model.metadata["protocol"], include_validation=True)
    request = serializer.serialize_to_request(CASES[name], operation)
    theirs = [(k, str(v).lower() if isinstance(v, bool) else str(v)) for k, v in request["body"].items()]
    same = sorted(ours) == sorted(theirs) and request["method"] == "POST" and request["url_path"] == "/"
    print(f"{'ok' if same else 'not ok'} {number} {name}")
    if not same:
        print("# only ours: ", sorted(set(ours) - set(theirs)))
        print("# only theirs: ", sorted(set(theirs) - set(ours)))
    return same


def main():
    lines = subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True).stdout.splitlines()
    bodies = dict(line.split(" ", 1) for line in lines)
    services = models()
    print(f"1..{len(CASES) + 1}")
    complete = bodies.keys() == CASES.keys()
    print(f"{'ok' if complete else 'not ok'} 1 every case is compared")
    good = [check(i, name, bodies.get(name, ""), services) for i, name in enumerate(CASES, 2)]
    return 0 if complete and all(good) else 1


sys.exit(main())
