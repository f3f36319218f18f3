#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Both halves of the model together: a pairing built through the APIs comes up, breaks and heals as it should."""
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import boto3
import botocore.config

from cloudsim import (AWS_KEY, AWS_REGION, AWS_SECRET, MAIN_TABLE, OTHER_TABLE, VPC, CloudSim, Tap, aws_world,
                      wait_for)

TENANT = "11111111-1111-4111-8111-111111111111"
GROUP = "/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/rg-hub"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
HUB = f"{NETWORK}/virtualNetworks/vnet-hub"
SPOKE = f"{NETWORK}/virtualNetworks/vnet-spoke"
GATEWAY = f"{NETWORK}/virtualNetworkGateways/vgw"
LOCATION = "japaneast"
SPEED = 600
POLICY = {"saLifeTimeSeconds": 3600, "saDataSizeKilobytes": 102400000, "ipsecEncryption": "GCMAES256",
          "ipsecIntegrity": "GCMAES256", "ikeEncryption": "AES256", "ikeIntegrity": "SHA384", "dhGroup": "ECP384",
          "pfsGroup": "ECP384"}
WORLD = {
    "aws": aws_world(),
    "azure": {
        "apps": [{"tenant": TENANT, "clientId": "app", "secret": "secret"}],
        "resourceGroups": [{"id": GROUP, "location": LOCATION}],
        "vnets": [{"id": HUB, "location": LOCATION, "prefixes": ["10.10.0.0/16"], "gatewaySubnet": "10.10.255.0/27"},
                  {"id": SPOKE, "location": LOCATION, "prefixes": ["10.20.0.0/16"]}],
    },
}
# instance, inside CIDR's third and fourth byte, by tunnel
TUNNELS = [(0, 21, 0), (0, 22, 0), (1, 21, 4), (1, 22, 4)]


class Arm:
    def __init__(self, sim):
        self.url = sim.url
        form = {"grant_type": "client_credentials", "client_id": "app", "client_secret": "secret",
                "scope": "https://management.azure.com/.default"}
        answer = urllib.request.urlopen(f"{self.url}/{TENANT}/oauth2/v2.0/token",
                                        data=urllib.parse.urlencode(form).encode())
        self.token = json.load(answer)["access_token"]

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        url = path if path.startswith("http") else f"{self.url}{path}?api-version=2024-07-01"
        request = urllib.request.Request(url, method=method, data=data, headers={
            "Authorization": "Bearer " + self.token, "Content-Type": "application/json"})
        try:
            answer = urllib.request.urlopen(request)
        except urllib.error.HTTPError as e:
            raise RuntimeError(f"{method} {path}: {e.code} {e.read().decode()}") from None
        text = answer.read()
        return answer, json.loads(text) if text else None

    def get(self, path):
        return self.ask("GET", path)[1]

    def put(self, path, properties, **more):
        self.ask("PUT", path, {"location": LOCATION, "properties": properties, **more})
        wait_for(path, lambda: self.get(path)["properties"]["provisioningState"], "Succeeded", 30)

    def query(self, path):
        answer, _ = self.ask("POST", path)
        where = answer.headers["Location"]
        at = where.index("/subscriptions")
        while True:
            answer, body = self.ask("GET", self.url + where[at:])
            if answer.status != 202:
                return body
            time.sleep(0.05)


class Pair:
    """Builds the pairing in the order of the dependencies."""

    def __init__(self, sim):
        self.sim = sim
        self.arm = Arm(sim)
        self.ec2 = boto3.client("ec2", endpoint_url=sim.url, region_name=AWS_REGION, aws_access_key_id=AWS_KEY,
                                aws_secret_access_key=AWS_SECRET,
                                config=botocore.config.Config(retries={"total_max_attempts": 1}))

    def build(self):
        self.build_azure_gateway()
        self.build_aws()
        for n in range(4):
            self.build_azure_tunnel(n)

    def build_azure_gateway(self):
        for n in (0, 1):
            self.arm.put(f"{NETWORK}/publicIPAddresses/pip{n}", {"publicIPAllocationMethod": "Static"},
                         sku={"name": "Standard"})
        self.public = [self.arm.get(f"{NETWORK}/publicIPAddresses/pip{n}")["properties"]["ipAddress"] for n in (0, 1)]
        self.arm.put(GATEWAY, {
            "gatewayType": "Vpn", "vpnType": "RouteBased", "vpnGatewayGeneration": "Generation2",
            "sku": {"name": "VpnGw2AZ", "tier": "VpnGw2AZ"}, "activeActive": True, "enableBgp": True,
            "ipConfigurations": [{"name": f"c{n}", "properties": {
                "privateIPAllocationMethod": "Dynamic", "subnet": {"id": f"{HUB}/subnets/GatewaySubnet"},
                "publicIPAddress": {"id": f"{NETWORK}/publicIPAddresses/pip{n}"}}} for n in (0, 1)],
            "bgpSettings": {"asn": 65515, "bgpPeeringAddresses": [
                {"ipconfigurationId": f"{GATEWAY}/ipConfigurations/c{n}",
                 "customBgpIpAddresses": [f"169.254.{third}.{2 + 4 * n}" for third in (21, 22)]} for n in (0, 1)]}})

    def build_aws(self):
        ec2 = self.ec2
        self.vgw = ec2.create_vpn_gateway(Type="ipsec.1", AmazonSideAsn=64512)["VpnGateway"]["VpnGatewayId"]
        wait_for("VGW", lambda: ec2.describe_vpn_gateways()["VpnGateways"][0]["State"], "available")
        ec2.attach_vpn_gateway(VpcId=VPC, VpnGatewayId=self.vgw)
        wait_for("attachment", lambda: ec2.describe_vpn_gateways()["VpnGateways"][0]["VpcAttachments"][0]["State"],
                 "attached")
        ec2.enable_vgw_route_propagation(GatewayId=self.vgw, RouteTableId=MAIN_TABLE)
        self.vpn = [self.build_connection(n) for n in (0, 1)]
        self.outside = [self.find_outside(n) for n in range(4)]
        for vpn in self.vpn:
            wait_for("connection", lambda vpn=vpn: self.show(vpn)["State"], "available")

    def build_connection(self, instance):
        cgw = self.ec2.create_customer_gateway(Type="ipsec.1", BgpAsn=65515, IpAddress=self.public[instance],
                                               DeviceName=f"pair-{instance}")["CustomerGateway"]["CustomerGatewayId"]
        wait_for("CGW", lambda: self.ec2.describe_customer_gateways(CustomerGatewayIds=[cgw])["CustomerGateways"][0][
            "State"], "available")
        options = [{"TunnelInsideCidr": f"169.254.{third}.{fourth}/30", "PreSharedKey": f"the.key_{n}",
                    "StartupAction": "start", "IKEVersions": [{"Value": "ikev2"}],
                    "Phase1EncryptionAlgorithms": [{"Value": "AES256"}],
                    "Phase1IntegrityAlgorithms": [{"Value": "SHA2-384"}], "Phase1DHGroupNumbers": [{"Value": 20}],
                    "Phase2EncryptionAlgorithms": [{"Value": "AES256-GCM-16"}],
                    "Phase2DHGroupNumbers": [{"Value": 20}]}
                   for n, (owner, third, fourth) in enumerate(TUNNELS) if owner == instance]
        made = self.ec2.create_vpn_connection(Type="ipsec.1", CustomerGatewayId=cgw, VpnGatewayId=self.vgw,
                                              Options={"TunnelOptions": options})
        return made["VpnConnection"]["VpnConnectionId"]

    def show(self, vpn):
        return self.ec2.describe_vpn_connections(VpnConnectionIds=[vpn])["VpnConnections"][0]

    def find_outside(self, n):
        instance, third, fourth = TUNNELS[n]
        for t in self.show(self.vpn[instance])["Options"]["TunnelOptions"]:
            if t["TunnelInsideCidr"] == f"169.254.{third}.{fourth}/30":
                return t["OutsideIpAddress"]
        raise AssertionError("no such tunnel")

    def connection_properties(self, n, psk=None):
        instance, third, fourth = TUNNELS[n]
        mine, filler = f"169.254.{third}.{fourth + 2}", f"169.254.21.{2 if instance else 6}"
        customs = [filler, mine] if instance else [mine, filler]
        return {"connectionType": "IPsec", "connectionProtocol": "IKEv2", "enableBgp": True,
                "virtualNetworkGateway1": {"id": GATEWAY},
                "localNetworkGateway2": {"id": f"{NETWORK}/localNetworkGateways/lng{n}"},
                "sharedKey": psk or f"the.key_{n}", "ipsecPolicies": [POLICY],
                "gatewayCustomBgpIpAddresses": [
                    {"ipConfigurationId": f"{GATEWAY}/ipConfigurations/c{i}", "customBgpIpAddress": customs[i]}
                    for i in (0, 1)]}

    def build_azure_tunnel(self, n):
        _, third, fourth = TUNNELS[n]
        self.arm.put(f"{NETWORK}/localNetworkGateways/lng{n}", {
            "gatewayIpAddress": self.outside[n],
            "bgpSettings": {"asn": 64512, "bgpPeeringAddress": f"169.254.{third}.{fourth + 1}"}})
        self.arm.put(f"{NETWORK}/connections/cx{n}", self.connection_properties(n))

    # what the clouds say

    def telemetry(self):
        rows = {t["OutsideIpAddress"]: t for v in self.vpn for t in self.show(v)["VgwTelemetry"]}
        return [rows[o]["Status"] for o in self.outside]

    def routes(self, table=MAIN_TABLE):
        rows = self.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
        return sorted(r["DestinationCidrBlock"] for r in rows if r["GatewayId"] == self.vgw)

    def reason(self, n):
        return [x["reason"] for x in self.sim.get("state")["links"]
                if x["outside"] == self.outside[n] and (x["paired"] or not x["azureConnection"])][0]

    def expect(self, *status):
        wait_for("telemetry", self.telemetry, [{"U": "UP", "D": "DOWN"}[s] for s in status[0]], 30)


def build(pair):
    pair.build()
    pair.expect("UUUU")
    links = pair.sim.get("state")["links"]
    assert sorted((x["paired"], x["bgpUp"]) for x in links) == [(False, False)] * 4 + [(True, True)] * 4, links
    wait_for("routes", pair.routes, ["10.10.0.0/16"])
    assert pair.routes(OTHER_TABLE) == []
    rows = {t["OutsideIpAddress"]: t for v in pair.vpn for t in pair.show(v)["VgwTelemetry"]}
    assert {t["StatusMessage"] for t in rows.values()} == {"1 BGP ROUTES"}
    assert {t["AcceptedRouteCount"] for t in rows.values()} == {1}


def azure_agrees(pair):
    rows = pair.arm.query(f"{GATEWAY}/getBgpPeerStatus")["value"]
    peers = {f"169.254.{third}.{fourth + 1}" for _, third, fourth in TUNNELS}
    rows = [r for r in rows if r["neighbor"] in peers]
    assert sorted(r["state"] == "Connected" for r in rows) == [False] * 4 + [True] * 4, rows
    learned = pair.arm.query(f"{GATEWAY}/getLearnedRoutes")["value"]
    assert {r["network"] for r in learned if r.get("nextHop") in peers} == {"10.1.0.0/16", "10.2.0.0/16"}, learned
    for n in range(4):
        wait_for("status", lambda n=n: pair.arm.get(f"{NETWORK}/connections/cx{n}")["properties"]["connectionStatus"],
                 "Connected")


def wrong_key(pair):
    pair.sim.admin("set-psk", azureConnection=f"{NETWORK}/connections/cx2", psk="a.wrong_key")
    pair.expect("UUDU")
    assert pair.reason(2) == "pre-shared key mismatch", pair.reason(2)
    pair.sim.admin("set-psk", azureConnection=f"{NETWORK}/connections/cx2", psk="the.key_2")
    pair.expect("UUUU")


def changed_key_at_aws(pair):
    pair.ec2.modify_vpn_tunnel_options(VpnConnectionId=pair.vpn[0], VpnTunnelOutsideIpAddress=pair.outside[1],
                                       TunnelOptions={"PreSharedKey": "rotated.key_1"})
    pair.expect("UDUU")
    wait_for("reason", lambda: pair.reason(1), "pre-shared key mismatch")
    pair.arm.ask("PUT", f"{NETWORK}/connections/cx1/sharedkey", {"value": "rotated.key_1"})
    pair.expect("UUUU")


def broken_endpoint(pair):
    pair.sim.admin("break-tunnel", outside=pair.outside[3], fault="endpoint-broken")
    pair.expect("UUUD")
    pair.sim.admin("heal", outside=pair.outside[3])
    pair.expect("UUUU")


def stuck_bgp(pair):
    pair.sim.admin("break-tunnel", connection=pair.vpn[0], tunnel=0, fault="bgp-stuck")
    pair.expect("DUUU")
    row = [t for t in pair.show(pair.vpn[0])["VgwTelemetry"] if t["OutsideIpAddress"] == pair.outside[0]][0]
    assert row["StatusMessage"] == "IPSEC IS UP", row
    pair.arm.ask("POST", f"{NETWORK}/connections/cx0/resetconnection")
    pair.expect("UUUU")


def peering(pair):
    def put(of, to, name, **flags):
        path = f"{of}/virtualNetworkPeerings/{name}"
        pair.arm.ask("PUT", path, {"properties": {"remoteVirtualNetwork": {"id": to},
                                                  "allowVirtualNetworkAccess": True, **flags}})
        wait_for(path, lambda: pair.arm.get(path)["properties"]["provisioningState"], "Succeeded")

    put(HUB, SPOKE, "to-spoke", allowGatewayTransit=True)
    put(SPOKE, HUB, "to-hub", useRemoteGateways=True)
    wait_for("routes", pair.routes, ["10.10.0.0/16", "10.20.0.0/16"])
    pair.sim.admin("add-cidr", vnet=SPOKE, cidr="10.21.0.0/16")
    time.sleep(0.5)
    assert pair.routes() == ["10.10.0.0/16", "10.20.0.0/16"], "an address space that is not synced is not carried"
    state = pair.arm.get(f"{HUB}/virtualNetworkPeerings/to-spoke")["properties"]
    assert state["peeringSyncLevel"] != "FullyInSync", state


def deleted_by_a_person(pair):
    pair.sim.admin("propagation-off", routeTable=MAIN_TABLE)
    assert pair.routes() == []
    pair.sim.admin("propagation", routeTable=MAIN_TABLE, gateway=pair.vgw, on=True)
    pair.sim.admin("delete", id=f"{NETWORK}/connections/cx3")
    pair.expect("UUUD")
    wait_for("reason", lambda: pair.reason(3), "no Azure end completes this tunnel")
    pair.build_azure_tunnel(3)
    pair.expect("UUUU")
    pair.sim.admin("delete", id=pair.vpn[1])
    pair_of_first = [t["Status"] for t in pair.show(pair.vpn[0])["VgwTelemetry"]]
    assert pair_of_first == ["UP", "UP"]
    assert pair.show(pair.vpn[1])["State"] == "deleted"
    wait_for("discards", lambda: sorted(x["bgpUp"] for x in pair.sim.get("state")["links"]), [False] * 6 + [True] * 2)


def main():
    tap = Tap()
    with CloudSim(sys.argv[1], WORLD, f"--speed={SPEED}") as sim:
        pair = Pair(sim)
        for name, test in (("a pairing comes up", build), ("Azure agrees", azure_agrees),
                           ("a wrong key at Azure", wrong_key), ("a changed key at AWS", changed_key_at_aws),
                           ("a broken endpoint", broken_endpoint), ("BGP stuck", stuck_bgp), ("a peering", peering),
                           ("deletions", deleted_by_a_person)):
            tap.run(name, test, pair)
    tap.end()


main()
