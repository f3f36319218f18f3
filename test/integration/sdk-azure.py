#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Does the model speak Azure? The official SDK decides, not we: create, describe and delete over TLS."""
import os
import subprocess
import sys
import tempfile

import azure.core.exceptions
from azure.identity import ClientSecretCredential
from azure.mgmt.network import NetworkManagementClient

from cloudsim import CloudSim, Tap

TENANT = "11111111-1111-4111-8111-111111111111"
CLIENT = "22222222-2222-4222-8222-222222222222"
SECRET = "example-secret"
SUBSCRIPTION = "33333333-3333-4333-8333-333333333333"
GROUP = "rg-hub"
NETWORK = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Network"
GATEWAY = f"{NETWORK}/virtualNetworkGateways/vgw"
LOCATION = "japaneast"
SPEED = 1200  # 23 minutes become a second

WORLD = {"azure": {
    "apps": [{"tenant": TENANT, "clientId": CLIENT, "secret": SECRET}],
    "resourceGroups": [{"id": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}", "location": LOCATION}],
}}


def make_certificate(folder):
    certificate, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    os.environ["REQUESTS_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"] = certificate
    return certificate, key


def credential(sim, secret=SECRET):
    return ClientSecretCredential(TENANT, CLIENT, secret, authority=sim.url, instance_discovery=False)


def connect(sim, secret=SECRET):
    return NetworkManagementClient(credential(sim, secret), SUBSCRIPTION, base_url=sim.url, polling_interval=0.1,
                                   credential_scopes=["https://management.azure.com/.default"])


def refused(code, status, call, *arguments):
    try:
        call(*arguments)
    except azure.core.exceptions.HttpResponseError as e:
        assert (e.status_code, e.error.code) == (status, code), e
        return
    raise AssertionError(f"{code} was expected")


def wrong_secret(sim):
    try:
        credential(sim, "no").get_token("https://management.azure.com/.default")
    except azure.core.exceptions.ClientAuthenticationError as e:
        assert "AADSTS7000215" in str(e), e
        return
    raise AssertionError("a wrong secret was taken")


def networks(sim, client):
    body = {"location": LOCATION, "address_space": {"address_prefixes": ["10.1.0.0/16"]},
            "subnets": [{"name": "GatewaySubnet", "address_prefix": "10.1.255.0/27"}]}
    vnet = client.virtual_networks.begin_create_or_update(GROUP, "vnet-hub", body).result()
    assert vnet.provisioning_state == "Succeeded"
    assert vnet.subnets[0].name == "GatewaySubnet"
    spoke = {"location": LOCATION, "address_space": {"address_prefixes": ["10.2.0.0/16"]}}
    client.virtual_networks.begin_create_or_update(GROUP, "vnet-spoke", spoke).result()
    assert [v.name for v in client.virtual_networks.list(GROUP)] == ["vnet-hub", "vnet-spoke"]
    assert client.subnets.get(GROUP, "vnet-hub", "GatewaySubnet").address_prefix == "10.1.255.0/27"
    refused("ResourceNotFound", 404, client.virtual_networks.get, GROUP, "none")
    refused("ResourceGroupNotFound", 404, client.virtual_networks.get, "none", "none")


def public_ips(sim, client):
    for name in ("pip0", "pip1"):
        ip = client.public_ip_addresses.begin_create_or_update(GROUP, name, {
            "location": LOCATION, "sku": {"name": "Standard"}, "public_ip_allocation_method": "Static"}).result()
        assert ip.ip_address and ip.sku.tier == "Regional", ip
    assert len(list(client.public_ip_addresses.list_all())) == 2


def gateway_body():
    def configuration(n):
        return {"name": f"c{n}", "private_ip_allocation_method": "Dynamic",
                "subnet": {"id": f"{NETWORK}/virtualNetworks/vnet-hub/subnets/GatewaySubnet"},
                "public_ip_address": {"id": f"{NETWORK}/publicIPAddresses/pip{n}"}}

    def addresses(n, *custom):
        return {"ipconfiguration_id": f"{GATEWAY}/ipConfigurations/c{n}", "custom_bgp_ip_addresses": list(custom)}

    return {"location": LOCATION, "gateway_type": "Vpn", "vpn_type": "RouteBased", "vpn_gateway_generation": "Generation2",
            "sku": {"name": "VpnGw2AZ", "tier": "VpnGw2AZ"}, "active": True, "enable_bgp": True,
            "ip_configurations": [configuration(0), configuration(1)],
            "bgp_settings": {"asn": 65515, "bgp_peering_addresses": [
                addresses(0, "169.254.21.2", "169.254.22.2"), addresses(1, "169.254.21.6", "169.254.22.6")]}}


def gateway(sim, client):
    g = client.virtual_network_gateways.begin_create_or_update(GROUP, "vgw", gateway_body()).result()
    assert g.provisioning_state == "Succeeded"
    assert g.bgp_settings.bgp_peering_address == "10.1.255.4,10.1.255.5"
    ips = [client.public_ip_addresses.get(GROUP, f"pip{n}") for n in (0, 1)]
    assert [a.tunnel_ip_addresses for a in g.bgp_settings.bgp_peering_addresses] == [[i.ip_address] for i in ips]
    assert ips[1].ip_configuration.id == f"{GATEWAY}/ipConfigurations/c1"
    assert [x.name for x in client.virtual_network_gateways.list(GROUP)] == ["vgw"]


def peerings(sim, client):
    def put(vnet, remote, sync=None, **flags):
        return client.virtual_network_peerings.begin_create_or_update(
            GROUP, vnet, "p", {"remote_virtual_network": {"id": f"{NETWORK}/virtualNetworks/{remote}"}, **flags},
            sync_remote_address_space=sync).result()

    first = put("vnet-hub", "vnet-spoke", allow_gateway_transit=True)
    assert (first.peering_state, first.peering_sync_level) == ("Initiated", "RemoteNotInSync")
    second = put("vnet-spoke", "vnet-hub", use_remote_gateways=True)
    assert (second.peering_state, second.peering_sync_level) == ("Connected", "FullyInSync")
    body = {"location": LOCATION, "address_space": {"address_prefixes": ["10.2.0.0/16", "10.3.0.0/16"]}}
    client.virtual_networks.begin_create_or_update(GROUP, "vnet-spoke", body).result()
    p = client.virtual_network_peerings.get(GROUP, "vnet-hub", "p")
    assert p.peering_sync_level == "LocalNotInSync", p.peering_sync_level
    assert p.remote_address_space.address_prefixes == ["10.2.0.0/16"]
    assert p.remote_virtual_network_address_space.address_prefixes == ["10.2.0.0/16", "10.3.0.0/16"]
    p = put("vnet-hub", "vnet-spoke", "true", allow_gateway_transit=True)
    assert p.peering_sync_level == "FullyInSync"
    assert len(list(client.virtual_network_peerings.list(GROUP, "vnet-hub"))) == 1


def connection(sim, client):
    local = client.local_network_gateways.begin_create_or_update(GROUP, "lng1", {
        "location": LOCATION, "gateway_ip_address": "52.1.1.1",
        "bgp_settings": {"asn": 64512, "bgp_peering_address": "169.254.21.1"}}).result()
    assert local.bgp_settings.peer_weight == 0
    body = {"location": LOCATION, "connection_type": "IPsec", "virtual_network_gateway1": {"id": GATEWAY},
            "local_network_gateway2": {"id": local.id}, "connection_protocol": "IKEv2", "enable_bgp": True,
            "shared_key": "Abcdefgh1234", "ipsec_policies": [{
                "sa_life_time_seconds": 3600, "sa_data_size_kilobytes": 102400000, "ipsec_encryption": "GCMAES256",
                "ipsec_integrity": "GCMAES256", "ike_encryption": "AES256", "ike_integrity": "SHA384",
                "dh_group": "ECP384", "pfs_group": "ECP384"}],
            "gateway_custom_bgp_ip_addresses": [
                {"ip_configuration_id": f"{GATEWAY}/ipConfigurations/c0", "custom_bgp_ip_address": "169.254.21.2"},
                {"ip_configuration_id": f"{GATEWAY}/ipConfigurations/c1", "custom_bgp_ip_address": "169.254.21.6"}]}
    connections = client.virtual_network_gateway_connections
    c = connections.begin_create_or_update(GROUP, "cx1", body).result()
    assert c.provisioning_state == "Succeeded"
    assert c.ipsec_policies[0].dh_group == "ECP384"
    assert connections.get(GROUP, "cx1").connection_status in ("Unknown", "Connecting")
    assert [x.connection_status for x in client.virtual_network_gateways.list_connections(GROUP, "vgw")] == [None]
    refused("GatewayCustomBgpIpAddressesIncomplete", 400, connections.begin_create_or_update, GROUP, "cx2",
            {**body, "gateway_custom_bgp_ip_addresses": body["gateway_custom_bgp_ip_addresses"][:1]})


def shared_key(sim, client):
    connections = client.virtual_network_gateway_connections
    connections.begin_set_shared_key(GROUP, "cx1", {"value": "NewKey12345"}).result()
    assert connections.get_shared_key(GROUP, "cx1").value == "NewKey12345"
    while connections.get(GROUP, "cx1").provisioning_state != "Succeeded":
        pass
    connections.begin_reset_connection(GROUP, "cx1").result()
    client.virtual_network_gateways.begin_reset(GROUP, "vgw").result()


def queries(sim, client):
    gateways = client.virtual_network_gateways
    peers = gateways.begin_get_bgp_peer_status(GROUP, "vgw", "169.254.21.1").result().value
    assert sorted(p.local_address for p in peers) == ["169.254.21.2", "169.254.21.6"], peers
    assert {(p.neighbor, p.asn, p.state, p.routes_received) for p in peers} == {("169.254.21.1", 64512, "Connecting", 0)}
    own = {(r.local_address, r.network, r.origin, r.next_hop) for r in
           gateways.begin_get_learned_routes(GROUP, "vgw").result().value}
    assert own == {(local, network, "Network", None) for local in ("10.1.255.4", "10.1.255.5")
                   for network in ("10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16")}, own
    assert gateways.begin_get_advertised_routes(GROUP, "vgw", "169.254.21.1").result().value == []


def failure(sim, client):
    sim.admin("fail-operations", part="publicIPAddresses/bad", code="InternalServerError", message="No.", count=1)
    body = {"location": LOCATION, "sku": {"name": "Standard"}, "public_ip_allocation_method": "Static"}
    poller = client.public_ip_addresses.begin_create_or_update(GROUP, "bad", body)
    try:
        poller.result()
    except azure.core.exceptions.HttpResponseError as e:
        assert "InternalServerError" in str(e), e
    else:
        raise AssertionError("a failed operation was taken for a good one")
    assert client.public_ip_addresses.get(GROUP, "bad").provisioning_state == "Failed"


def deletes(sim, client):
    gateways, connections = client.virtual_network_gateways, client.virtual_network_gateway_connections
    refused("VirtualNetworkGatewayCannotBeDeleted", 400, gateways.begin_delete, GROUP, "vgw")
    connections.begin_delete(GROUP, "cx1").result()
    refused("ResourceNotFound", 404, connections.get, GROUP, "cx1")
    connections.begin_delete(GROUP, "cx1").result()  # 204
    client.local_network_gateways.begin_delete(GROUP, "lng1").result()
    gateways.begin_delete(GROUP, "vgw").result()
    client.public_ip_addresses.begin_delete(GROUP, "pip0").result()
    client.virtual_network_peerings.begin_delete(GROUP, "vnet-hub", "p").result()
    client.virtual_networks.begin_delete(GROUP, "vnet-hub").result()
    assert [v.name for v in client.virtual_networks.list(GROUP)] == ["vnet-spoke"]


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = make_certificate(folder)
        with CloudSim(sys.argv[1], WORLD, f"--speed={SPEED}", "--tls-cert=" + certificate, "--tls-key=" + key) as sim:
            sim.url = sim.url.replace("http://", "https://")
            client = connect(sim)
            tap.run("a wrong secret", wrong_secret, sim)
            for test in (networks, public_ips, gateway, peerings, connection, shared_key, queries, failure, deletes):
                tap.run(test.__name__.replace("_", " "), test, sim, client)
    tap.end()


main()
