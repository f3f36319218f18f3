#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Does the model speak AWS? The official SDK and the official command line decide, not we."""
import json
import os
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.exceptions

from cloudsim import (AWS_ACCOUNT, AWS_KEY, AWS_REGION, AWS_SECRET, MAIN_TABLE, OTHER_TABLE, VPC, CloudSim, Tap,
                      aws_world, wait_for)

AZURE_IP = "203.0.113.10"
state = {}


def client(sim, service, key=AWS_KEY, secret=AWS_SECRET, token=None, region=AWS_REGION, attempts=1):
    return boto3.client(service, endpoint_url=sim.url, region_name=region, aws_access_key_id=key,
                        aws_secret_access_key=secret, aws_session_token=token,
                        config=botocore.config.Config(retries={"total_max_attempts": attempts, "mode": "standard"}))


def tags(kind, **values):
    return [{"ResourceType": kind, "Tags": [{"Key": k, "Value": v} for k, v in values.items()]}]


def refused(code, call, status=400, **arguments):
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as e:
        assert e.response["Error"]["Code"] == code, e.response["Error"]
        assert e.response["ResponseMetadata"]["HTTPStatusCode"] == status, e.response["ResponseMetadata"]
        return
    raise AssertionError(f"{code} was expected")


def raw(sim, action, **parameters):
    """Calls that are newer than the SDK, signed by it all the same: status and {element: text}."""
    body = urllib.parse.urlencode({"Action": action, "Version": "2016-11-15", **parameters})
    request = botocore.awsrequest.AWSRequest(method="POST", url=sim.url + "/", data=body, headers={
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})
    keys = botocore.credentials.Credentials(AWS_KEY, AWS_SECRET)
    botocore.auth.SigV4Auth(keys, "ec2", AWS_REGION).add_auth(request)
    request = urllib.request.Request(sim.url + "/", data=body.encode(), headers=dict(request.headers), method="POST")
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as e:
        answer = e
    root = xml.etree.ElementTree.fromstring(answer.read())
    return answer.status, {e.tag.rpartition("}")[2]: e.text for e in root.iter()}


def identity(sim):
    who = client(sim, "sts").get_caller_identity()
    assert who["Account"] == AWS_ACCOUNT, who
    role = client(sim, "sts").assume_role(RoleArn=f"arn:aws:iam::{AWS_ACCOUNT}:role/s2svpn", RoleSessionName="test",
                                          ExternalId="x1", DurationSeconds=900)
    keys = role["Credentials"]
    again = client(sim, "sts", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    assert again.get_caller_identity()["Arn"].endswith(":assumed-role/s2svpn/test")
    refused("AccessDenied", client(sim, "sts").assume_role, 403, RoleArn="arn:aws:iam::1:role/no", RoleSessionName="ab")


def authentication(sim):
    refused("AuthFailure", client(sim, "ec2", key="AKIAUNKNOWNUNKNOWN00").describe_vpcs, 401)
    refused("SignatureDoesNotMatch", client(sim, "ec2", secret="wrong").describe_vpcs, 403)
    refused("AuthFailure", client(sim, "ec2", token="foreign").describe_vpcs, 401)
    elsewhere = client(sim, "ec2", region="us-east-1").describe_vpcs()
    assert elsewhere["Vpcs"] == []


def vpcs(sim):
    ec2 = client(sim, "ec2")
    found = ec2.describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.1.*"]}])["Vpcs"]
    assert [v["VpcId"] for v in found] == [VPC]
    assert [a["CidrBlock"] for a in found[0]["CidrBlockAssociationSet"]] == ["10.1.0.0/16", "10.2.0.0/16"]
    assert ec2.describe_vpcs(Filters=[{"Name": "state", "Values": ["pending"]}])["Vpcs"] == []
    tables = ec2.describe_route_tables(Filters=[{"Name": "association.main", "Values": ["true"]}])["RouteTables"]
    assert [t["RouteTableId"] for t in tables] == [MAIN_TABLE]
    assert {r["DestinationCidrBlock"]: r["GatewayId"] for r in tables[0]["Routes"]} == {
        "10.1.0.0/16": "local", "10.2.0.0/16": "local"}
    made = ec2.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=tags("vpc", Name="made"))["Vpc"]
    ec2.get_waiter("vpc_available").wait(VpcIds=[made["VpcId"]], WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    table = ec2.create_route_table(VpcId=made["VpcId"])["RouteTable"]
    assert table["Routes"][0]["State"] == "active"
    refused("InvalidVpcID.NotFound", ec2.describe_vpcs, VpcIds=["vpc-0ffffffffffffffff"])
    refused("InvalidParameterValue", ec2.describe_vpcs, Filters=[{"Name": "colour", "Values": ["red"]}])
    pages = ec2.get_paginator("describe_vpcs").paginate(PaginationConfig={"PageSize": 5})
    assert sum(len(p["Vpcs"]) for p in pages) == 2
    assert AWS_REGION in [r["RegionName"] for r in ec2.describe_regions()["Regions"]]


def customer_gateway(sim):
    ec2 = client(sim, "ec2")
    wish = dict(Type="ipsec.1", BgpAsn=65515, IpAddress=AZURE_IP, DeviceName="pair-0")
    made = ec2.create_customer_gateway(TagSpecifications=tags("customer-gateway", slot="cgw0"), **wish)
    gateway = made["CustomerGateway"]
    assert gateway["State"] == "pending" and gateway["BgpAsn"] == "65515"
    again = ec2.create_customer_gateway(**wish)["CustomerGateway"]
    assert again["CustomerGatewayId"] == gateway["CustomerGatewayId"]
    other = ec2.create_customer_gateway(**{**wish, "DeviceName": "other"})["CustomerGateway"]
    assert other["CustomerGatewayId"] != gateway["CustomerGatewayId"]
    ec2.delete_customer_gateway(CustomerGatewayId=other["CustomerGatewayId"])
    big = ec2.create_customer_gateway(Type="ipsec.1", BgpAsn=7, IpAddress="203.0.113.77")["CustomerGateway"]
    assert big["BgpAsn"] == "7"
    ec2.get_waiter("customer_gateway_available").wait(CustomerGatewayIds=[gateway["CustomerGatewayId"]],
                                                      WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    refused("InvalidParameterValue", ec2.create_customer_gateway, Type="ipsec.1", BgpAsn=7224, IpAddress=AZURE_IP)
    refused("InvalidParameterValue", ec2.create_customer_gateway, Type="ipsec.1", BgpAsn=1, IpAddress="10.0.0.1")
    refused("DryRunOperation", ec2.create_customer_gateway, 412, DryRun=True, **wish)
    refused("InvalidCustomerGatewayId.Malformed", ec2.delete_customer_gateway, CustomerGatewayId="cgw-x")
    state["cgw"] = gateway["CustomerGatewayId"]


def vpn_gateway(sim):
    ec2 = client(sim, "ec2")
    refused("InvalidParameterValue", ec2.create_vpn_gateway, Type="ipsec.1", AmazonSideAsn=65535)
    gateway = ec2.create_vpn_gateway(Type="ipsec.1", AmazonSideAsn=64620,
                                     TagSpecifications=tags("vpn-gateway", slot="vgw"))["VpnGateway"]
    gateway_id = state["vgw"] = gateway["VpnGatewayId"]

    def show():
        return ec2.describe_vpn_gateways(VpnGatewayIds=[gateway_id])["VpnGateways"][0]

    wait_for("gateway", lambda: show()["State"], "available")
    refused("Gateway.NotAttached", ec2.enable_vgw_route_propagation, GatewayId=gateway_id, RouteTableId=MAIN_TABLE)
    assert ec2.attach_vpn_gateway(VpcId=VPC, VpnGatewayId=gateway_id)["VpcAttachment"]["State"] == "attaching"
    wait_for("attachment", lambda: show()["VpcAttachments"], [{"State": "attached", "VpcId": VPC}])
    second = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    wait_for("second", lambda: ec2.describe_vpn_gateways(VpnGatewayIds=[second])["VpnGateways"][0]["State"],
             "available")
    refused("InvalidVpcState", ec2.attach_vpn_gateway, VpcId=VPC, VpnGatewayId=second)
    ec2.delete_vpn_gateway(VpnGatewayId=second)
    ec2.enable_vgw_route_propagation(GatewayId=gateway_id, RouteTableId=MAIN_TABLE)
    table = ec2.describe_route_tables(RouteTableIds=[MAIN_TABLE])["RouteTables"][0]
    assert table["PropagatingVgws"] == [{"GatewayId": gateway_id}]
    refused("IncorrectState", ec2.delete_vpn_gateway, VpnGatewayId=gateway_id)
    assert ec2.describe_route_tables(RouteTableIds=[OTHER_TABLE])["RouteTables"][0]["PropagatingVgws"] == []


TUNNELS = [{"TunnelInsideCidr": cidr, "PreSharedKey": psk, "StartupAction": "start",
            "IKEVersions": [{"Value": "ikev2"}],
            "Phase1EncryptionAlgorithms": [{"Value": "AES256"}], "Phase1IntegrityAlgorithms": [{"Value": "SHA2-384"}],
            "Phase1DHGroupNumbers": [{"Value": 20}], "Phase2EncryptionAlgorithms": [{"Value": "AES256-GCM-16"}],
            "Phase2DHGroupNumbers": [{"Value": 20}]}
           for cidr, psk in (("169.254.21.0/30", "first.key_12345"), ("169.254.22.0/30", "second.key_12345"))]


def vpn_connection(sim):
    ec2 = client(sim, "ec2")
    wish = dict(Type="ipsec.1", CustomerGatewayId=state["cgw"], VpnGatewayId=state["vgw"])
    for bad in ({"TunnelInsideCidr": "169.254.5.0/30"}, {"TunnelInsideCidr": "169.254.9.0/29"},
                {"TunnelInsideCidr": "10.0.0.0/30"}, {"PreSharedKey": "0abcdefgh"}, {"PreSharedKey": "short"},
                {"PreSharedKey": "with-a-hyphen"}, {"DPDTimeoutSeconds": 29}, {"StartupAction": "now"},
                {"Phase1DHGroupNumbers": [{"Value": 5}]}):
        refused("InvalidParameterValue", ec2.create_vpn_connection, Options={"TunnelOptions": [bad]}, **wish)
    made = ec2.create_vpn_connection(Options={"TunnelOptions": TUNNELS},
                                     TagSpecifications=tags("vpn-connection", slot="vpn1"), **wish)["VpnConnection"]
    assert made["State"] == "pending" and made["CustomerGatewayConfiguration"].startswith("<?xml")
    state["vpn"] = made["VpnConnectionId"]
    refused("InvalidOption.Conflict", ec2.create_vpn_connection, **wish)
    refused("IncorrectState", ec2.delete_customer_gateway, CustomerGatewayId=state["cgw"])
    ec2.get_waiter("vpn_connection_available").wait(VpnConnectionIds=[state["vpn"]],
                                                    WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    orders = set()
    for _ in range(8):
        shown = ec2.describe_vpn_connections(VpnConnectionIds=[state["vpn"]])["VpnConnections"][0]
        by_outside = {t["OutsideIpAddress"]: t for t in shown["Options"]["TunnelOptions"]}
        assert sorted(t["PreSharedKey"] for t in by_outside.values()) == ["first.key_12345", "second.key_12345"]
        inner = xml.etree.ElementTree.fromstring(shown["CustomerGatewayConfiguration"])
        for tunnel in inner.iter("ipsec_tunnel"):
            outside = tunnel.findtext("vpn_gateway/tunnel_outside_address/ip_address")
            assert tunnel.findtext("ike/pre_shared_key") == by_outside[outside]["PreSharedKey"]
        telemetry = [t["OutsideIpAddress"] for t in shown["VgwTelemetry"]]
        assert sorted(telemetry) == sorted(by_outside)
        orders.add((tuple(by_outside), tuple(telemetry)))
    assert len(orders) == 4, "the lists' orders do not change"
    assert {t["Status"] for t in shown["VgwTelemetry"]} == {"DOWN"}


def modify(sim):
    ec2 = client(sim, "ec2")

    def show():
        return ec2.describe_vpn_connections(VpnConnectionIds=[state["vpn"]])["VpnConnections"][0]

    tunnels = {t["TunnelInsideCidr"]: t["OutsideIpAddress"] for t in show()["Options"]["TunnelOptions"]}
    one = dict(VpnConnectionId=state["vpn"], VpnTunnelOutsideIpAddress=tunnels["169.254.21.0/30"])
    refused("InvalidCidr.InUse", ec2.modify_vpn_tunnel_options, TunnelOptions={"TunnelInsideCidr": "169.254.22.0/30"},
            **one)
    changed = ec2.modify_vpn_tunnel_options(TunnelOptions={"PreSharedKey": "changed.key_1"}, **one)["VpnConnection"]
    assert changed["State"] == "modifying", changed["State"]
    refused("InvalidVpnConnection.InvalidState", ec2.modify_vpn_tunnel_options,
            TunnelOptions={"PreSharedKey": "another.key_1"}, **one)
    wait_for("modified", lambda: show()["State"], "available")
    keys = {t["TunnelInsideCidr"]: t["PreSharedKey"] for t in show()["Options"]["TunnelOptions"]}
    assert keys == {"169.254.21.0/30": "changed.key_1", "169.254.22.0/30": "second.key_12345"}
    first = [t for t in show()["Options"]["TunnelOptions"] if t["TunnelInsideCidr"] == "169.254.21.0/30"][0]
    assert first["Phase1DHGroupNumbers"] == [{"Value": 20}], "options that are not sent stay"
    _, status = raw(sim, "GetVpnTunnelReplacementStatus", **one)
    assert status["pendingMaintenance"] == "None" and "maintenanceAutoAppliedAfter" not in status, status
    sim.admin("maintenance", outside=one["VpnTunnelOutsideIpAddress"])
    _, status = raw(sim, "GetVpnTunnelReplacementStatus", **one)
    assert status["pendingMaintenance"] == "Available" and "maintenanceAutoAppliedAfter" in status, status
    code, answer = raw(sim, "ReplaceVpnTunnel", ApplyPendingMaintenance="true", **one)
    assert code == 200 and answer["return"] == "true", answer
    wait_for("replaced", lambda: show()["State"], "available")
    _, status = raw(sim, "GetVpnTunnelReplacementStatus", **one)
    assert status["pendingMaintenance"] == "None" and "lastMaintenanceApplied" in status, status
    lifecycle = {"TunnelOptions.EnableTunnelLifecycleControl": "true", "SkipTunnelReplacement": "true"}
    code, answer = raw(sim, "ModifyVpnTunnelOptions", **lifecycle, **one)
    assert code == 200 and answer["state"] == "modifying" and answer["enableTunnelLifecycleControl"], answer
    wait_for("lifecycle control", lambda: show()["State"], "available")
    code, answer = raw(sim, "ModifyVpnTunnelOptions", **lifecycle, **one, **{"TunnelOptions.PreSharedKey": "x.y_12345"})
    assert code == 400 and answer["Code"] == "InvalidParameterCombination", answer
    code, answer = raw(sim, "ModifyVpnTunnelOptions", Colour="red", **one)
    assert code == 400 and answer["Code"] == "UnknownParameter", answer
    code, answer = raw(sim, "DescribeColours")
    assert code == 400 and answer["Code"] == "InvalidAction", answer


def tagging(sim):
    ec2 = client(sim, "ec2")
    ec2.create_tags(Resources=[state["vpn"], state["cgw"]], Tags=[{"Key": "team", "Value": "a & b <c>"}])
    listed = ec2.describe_tags(Filters=[{"Name": "key", "Values": ["team"]}])["Tags"]
    assert {(t["ResourceId"], t["ResourceType"], t["Value"]) for t in listed} == {
        (state["vpn"], "vpn-connection", "a & b <c>"), (state["cgw"], "customer-gateway", "a & b <c>")}

    def find(*filters):
        found = ec2.describe_vpn_connections(Filters=[{"Name": n, "Values": v} for n, v in filters])
        return [v["VpnConnectionId"] for v in found["VpnConnections"]]

    assert find(("tag:slot", ["vpn?"])) == [state["vpn"]]
    assert find(("tag:slot", ["vpn2", "vpn1"]), ("state", ["available"])) == [state["vpn"]]
    assert find(("tag:slot", ["vpn1"]), ("state", ["pending"])) == []
    assert find(("tag-key", ["TEAM"])) == [], "names and values have a case"
    assert find(("customer-gateway-id", [state["cgw"]]), ("vpn-gateway-id", [state["vgw"]])) == [state["vpn"]]
    ec2.delete_tags(Resources=[state["vpn"]], Tags=[{"Key": "team", "Value": "other"}])
    assert find(("tag-key", ["team"])) == [state["vpn"]], "another value is no match"
    ec2.delete_tags(Resources=[state["vpn"]], Tags=[{"Key": "team"}])
    assert find(("tag-key", ["team"])) == []
    refused("InvalidParameterValue", ec2.create_tags, Resources=[state["vpn"]], Tags=[{"Key": "aws:x", "Value": ""}])
    refused("InvalidVpnConnectionID.NotFound", ec2.create_tags, Resources=["vpn-0ffffffffffffffff"],
            Tags=[{"Key": "a", "Value": ""}])


def faults(sim):
    ec2 = client(sim, "ec2")
    sim.admin("throttle", service="aws", count=1)
    refused("RequestLimitExceeded", ec2.describe_vpcs, 503)
    sim.admin("throttle", service="aws", count=2)
    assert client(sim, "ec2", attempts=4).describe_vpcs()["Vpcs"], "the SDK retries it"
    sim.admin("lose-replies", service="aws", count=1)
    try:
        ec2.create_customer_gateway(Type="ipsec.1", BgpAsn=65001, IpAddress="203.0.113.99", DeviceName="lost")
        raise AssertionError("the reply came")
    except botocore.exceptions.HTTPClientError:
        pass
    found = ec2.describe_customer_gateways(Filters=[{"Name": "ip-address", "Values": ["203.0.113.99"]}])
    assert len(found["CustomerGateways"]) == 1, "the effect took place"
    ec2.delete_customer_gateway(CustomerGatewayId=found["CustomerGateways"][0]["CustomerGatewayId"])
    sim.admin("hide", service="aws")
    assert ec2.describe_vpn_connections()["VpnConnections"] == []
    refused("InvalidVpnConnectionID.NotFound", ec2.describe_vpn_connections, VpnConnectionIds=[state["vpn"]])
    sim.admin("hide", service="aws", on=False)
    sim.admin("stale", service="aws", for_s=3600)
    ec2.create_tags(Resources=[state["vgw"]], Tags=[{"Key": "new", "Value": "1"}])
    by_tag = [{"Name": "tag-key", "Values": ["new"]}]
    assert ec2.describe_vpn_gateways(Filters=by_tag)["VpnGateways"] == []
    sim.admin("stale", service="aws", for_s=0)
    assert len(ec2.describe_vpn_gateways(Filters=by_tag)["VpnGateways"]) == 1
    sim.admin("wrong-account", service="aws")
    assert client(sim, "sts").get_caller_identity()["Account"] != AWS_ACCOUNT
    sim.admin("wrong-account", service="aws", on=False)
    log = sim.get("log?writes=1")
    assert any(e["what"] == "CreateCustomerGateway" and e["outcome"] == "lost" for e in log)
    assert not any(e["what"].startswith("Describe") for e in log)


def command_line(sim):
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": AWS_KEY, "AWS_SECRET_ACCESS_KEY": AWS_SECRET,
                   "AWS_DEFAULT_REGION": AWS_REGION, "AWS_MAX_ATTEMPTS": "1", "AWS_PAGER": ""}

    def aws(*words):
        done = subprocess.run(["/usr/bin/aws", "--endpoint-url", sim.url, "--output", "json", *words],
                              env=environment, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    code, out, _ = aws("ec2", "describe-vpn-connections", "--filters", "Name=tag:slot,Values=vpn1")
    assert code == 0 and json.loads(out)["VpnConnections"][0]["VpnConnectionId"] == state["vpn"], out
    code, out, _ = aws("ec2", "create-vpn-gateway", "--type", "ipsec.1", "--amazon-side-asn", "4200000001",
                       "--tag-specifications", "ResourceType=vpn-gateway,Tags=[{Key=by,Value=cli}]")
    made = json.loads(out)["VpnGateway"]
    assert code == 0 and made["AmazonSideAsn"] == 4200000001 and made["Tags"] == [{"Key": "by", "Value": "cli"}]
    code, _, err = aws("ec2", "attach-vpn-gateway", "--vpc-id", "vpc-0eeeeeeeeeeeeeeee", "--vpn-gateway-id",
                       made["VpnGatewayId"])
    assert code != 0 and "InvalidVpcID.NotFound" in err, err
    code, _, err = aws("ec2", "delete-vpn-gateway", "--vpn-gateway-id", made["VpnGatewayId"])
    assert code == 0, err


def teardown(sim):
    ec2 = client(sim, "ec2")
    ec2.delete_vpn_connection(VpnConnectionId=state["vpn"])
    ec2.get_waiter("vpn_connection_deleted").wait(VpnConnectionIds=[state["vpn"]],
                                                  WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    shown = ec2.describe_vpn_connections(VpnConnectionIds=[state["vpn"]])["VpnConnections"][0]
    assert shown["State"] == "deleted" and "CustomerGatewayConfiguration" not in shown
    refused("InvalidVpnConnectionID.NotFound", ec2.delete_vpn_connection, VpnConnectionId=state["vpn"])
    ec2.delete_customer_gateway(CustomerGatewayId=state["cgw"])
    ec2.disable_vgw_route_propagation(GatewayId=state["vgw"], RouteTableId=MAIN_TABLE)
    ec2.detach_vpn_gateway(VpcId=VPC, VpnGatewayId=state["vgw"])
    wait_for("detached", lambda: ec2.describe_vpn_gateways(VpnGatewayIds=[state["vgw"]])["VpnGateways"][0].get(
        "VpcAttachments", []), [])
    refused("InvalidVpnGatewayAttachment.NotFound", ec2.detach_vpn_gateway, VpcId=VPC, VpnGatewayId=state["vgw"])
    ec2.delete_vpn_gateway(VpnGatewayId=state["vgw"])
    wait_for("deleted", lambda: ec2.describe_vpn_gateways(VpnGatewayIds=[state["vgw"]])["VpnGateways"][0]["State"],
             "deleted")


def main():
    tap = Tap()
    with CloudSim(sys.argv[1], {"aws": aws_world()}, "--speed=200",
                  "--option=identical_create_vpn_returns_existing=false") as sim:
        for name, test in (("identity and roles", identity), ("authentication", authentication),
                           ("VPCs and route tables", vpcs), ("customer gateways", customer_gateway),
                           ("virtual private gateways", vpn_gateway), ("VPN connections", vpn_connection),
                           ("changes and maintenance", modify), ("tags and filters", tagging),
                           ("faults", faults), ("the command line", command_line), ("teardown", teardown)):
            tap.run(name, test, sim)
    tap.end()


main()
