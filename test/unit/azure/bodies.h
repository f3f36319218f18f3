/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in the form that Azure gives them, in single quotes; shared by the tests of replies and of updates. */
#pragma once

#include "azure-test.h"

#define COMMON(_id, _name) "'name':'" _name "','id':'" _id "','etag':'W/x','location':'japaneast'"

#define GATEWAY_BODY                                                                                                   \
        "{" COMMON(                                                                                                    \
                GATEWAY,                                                                                               \
                "vgw") ",'type':'Microsoft.Network/virtualNetworkGateways','tags':{'a':'1','b':''},"                   \
                       "'identity':{'type':'UserAssigned','principalId':'p','userAssignedIdentities':{'/"              \
                       "subscriptions/x':"                                                                             \
                       "{'clientId':'c'}}},"                                                                           \
                       "'properties':{'provisioningState':'Succeeded','resourceGuid':'d1163d9b','"                     \
                       "packetCaptureDiagnosticState':'None',"                                                         \
                       "'enablePrivateIpAddress':false,'isMigrateToCSES':false,'isMigratedLegacySKU':false,"           \
                       "'blockUpgradeOfMigratedLegacyGateways':false,'ipConfigurations':["                             \
                       "{'name':'c0','id':'" CONFIG0                                                                   \
                       "','etag':'W/x','type':'Microsoft.Network/virtualNetworkGateways/"                              \
                       "ipConfigurations','properties':{'provisioningState':'Succeeded','privateIPAddress':'10.0.255." \
                       "4',"                                                                                           \
                       "'privateIPAllocationMethod':'Dynamic','publicIPAddress':{'id':'" PIP0                          \
                       "'},'subnet':{'id':'" SUBNET "'}}},"                                                            \
                       "{'name':'c1','id':'" CONFIG1 "','etag':'W/x','properties':{'provisioningState':'Succeeded',"   \
                       "'privateIPAllocationMethod':'Dynamic','publicIPAddress':{'id':'" PIP1                          \
                       "'},'subnet':{'id':'" SUBNET "'}}}],"                                                           \
                       "'natRules':[{'name':'n','id':'x','etag':'W/"                                                   \
                       "x','properties':{'provisioningState':'Succeeded','type':'Static',"                             \
                       "'mode':'EgressSnat','internalMappings':[{'addressSpace':'10.1.0.0/24'}]}}],"                   \
                       "'virtualNetworkGatewayPolicyGroups':[],'enableBgpRouteTranslationForNat':false,"               \
                       "'disableIPSecReplayProtection':false,'sku':{'name':'VpnGw2AZ','tier':'VpnGw2AZ','capacity':2}" \
                       ","                                                                                             \
                       "'gatewayType':'Vpn','vpnType':'RouteBased','enableBgp':true,'enableHighBandwidthVpnGateway':"  \
                       "false,"                                                                                        \
                       "'activeActive':true,'vpnClientConfiguration':{'vpnClientAddressPool':{'addressPrefixes':['"    \
                       "172.16.0.0/24']},"                                                                             \
                       "'vpnClientProtocols':['OpenVPN'],'vpnClientRootCertificates':[{'name':'r','etag':'W/"          \
                       "x','properties':"                                                                              \
                       "{'provisioningState':'Succeeded','publicCertData':'MII'}}],'radiusServers':[]},"               \
                       "'bgpSettings':{'asn':65515,'bgpPeeringAddress':'10.0.255.4,10.0.255.5','peerWeight':0,'"       \
                       "bgpPeeringAddresses':["                                                                        \
                       "{'ipconfigurationId':'" CONFIG1 "','defaultBgpIpAddresses':['10.0.255.5'],"                    \
                       "'customBgpIpAddresses':['169.254.22.6','169.254.21.6'],'tunnelIpAddresses':['203.0.113.2']},"  \
                       "{'ipconfigurationId':'" CONFIG0 "','defaultBgpIpAddresses':['10.0.255.4'],"                    \
                       "'customBgpIpAddresses':['169.254.21.2'],'tunnelIpAddresses':['203.0.113.1']}]},"               \
                       "'customRoutes':{'addressPrefixes':['101.168.0.6/32']},'zones':'Regional',"                     \
                       "'vpnGatewayGeneration':'Generation2','allowRemoteVnetTraffic':false,'allowVirtualWanTraffic':" \
                       "false}}"

#define CONNECTION_BODY                                                                                                \
        "{" COMMON(                                                                                                    \
                CONNECTION,                                                                                            \
                "cn1") ",'type':'Microsoft.Network/connections','tags':{},'properties':{"                              \
                       "'provisioningState':'Succeeded','resourceGuid':'b91d','packetCaptureDiagnosticState':'None',"  \
                       "'virtualNetworkGateway1':{'id':'" GATEWAY                                                      \
                       "','properties':{}},'localNetworkGateway2':{'id':'" LOCAL "'},"                                 \
                       "'connectionType':'IPsec','connectionProtocol':'IKEv2','routingWeight':10,'sharedKey':'S3cret'" \
                       ","                                                                                             \
                       "'authenticationType':'PSK','enableBgp':true,'useLocalAzureIpAddress':false,"                   \
                       "'usePolicyBasedTrafficSelectors':false,'ipsecPolicies':[{'saLifeTimeSeconds':3600,"            \
                       "'saDataSizeKilobytes':102400000,'ipsecEncryption':'GCMAES256','ipsecIntegrity':'GCMAES256',"   \
                       "'ikeEncryption':'AES256','ikeIntegrity':'SHA384','dhGroup':'ECP384','pfsGroup':'ECP384'}],"    \
                       "'trafficSelectorPolicies':[],'connectionStatus':'Connected','ingressBytesTransferred':"        \
                       "5000000000,"                                                                                   \
                       "'egressBytesTransferred':7,'expressRouteGatewayBypass':false,'dpdTimeoutSeconds':0,"           \
                       "'connectionMode':'Default','gatewayCustomBgpIpAddresses':["                                    \
                       "{'ipConfigurationId':'" CONFIG0 "','customBgpIpAddress':'169.254.21.2'},"                      \
                       "{'ipConfigurationId':'" CONFIG1 "','customBgpIpAddress':'169.254.21.6'}]}}"

#define PEERING_BODY                                                                                                   \
        "{'name':'to-spoke','id':'" PEERING "','etag':'W/x','properties':{'provisioningState':'Succeeded',"            \
        "'resourceGuid':'1ed6','peeringState':'Connected','peeringSyncLevel':'RemoteNotInSync',"                       \
        "'remoteVirtualNetwork':{'id':'" NET "/virtualNetworks/spoke'},'allowVirtualNetworkAccess':true,"              \
        "'allowForwardedTraffic':true,'allowGatewayTransit':true,'useRemoteGateways':false,"                           \
        "'doNotVerifyRemoteGateways':false,'peerCompleteVnets':true,"                                                  \
        "'remoteAddressSpace':{'addressPrefixes':['10.1.0.0/16']},'remoteVirtualNetworkAddressSpace':"                 \
        "{'addressPrefixes':['10.1.0.0/16','fd00::/48','10.2.0.0/16']},'remoteGateways':[{'id':'x'}],"                 \
        "'routeServiceVips':{}},'type':'Microsoft.Network/virtualNetworks/virtualNetworkPeerings'}"

#define VNET_BODY                                                                                                      \
        "{" COMMON(                                                                                                    \
                VNET,                                                                                                  \
                "hub") ",'tags':{'env':'prod','none':null},'properties':{'provisioningState':'Succeeded',"             \
                       "'addressSpace':{'addressPrefixes':['10.0.0.0/16','fd00:1::/48','10.8.0.0/16']},'subnets':["    \
                       "{'id':'" VNET "/subnets/app','name':'app','properties':{'addressPrefix':'10.0.1.0/24'}},"      \
                       "{'id':'" SUBNET                                                                                \
                       "','name':'gatewaysubnet','properties':{'addressPrefixes':['fd00:1::/64','10.0.255.0/27']}}],"  \
                       "'virtualNetworkPeerings':[" PEERING_BODY "],'enableDdosProtection':false}}"

#define PIP_BODY                                                                                                       \
        "{" COMMON(                                                                                                    \
                PIP0,                                                                                                  \
                "pip0") ",'sku':{'name':'Standard','tier':'Regional'},'properties':{"                                  \
                        "'provisioningState':'Succeeded','ipAddress':'203.0.113.1','publicIPAddressVersion':'IPv4',"   \
                        "'publicIPAllocationMethod':'Static','ipConfiguration':{'id':'" CONFIG0 "'},'ipTags':[]}}"

#define LOCAL_BODY                                                                                                     \
        "{" COMMON(LOCAL,                                                                                              \
                   "lng1") ",'properties':{'provisioningState':'Updating','localNetworkAddressSpace':"                 \
                           "{'addressPrefixes':['10.52.255.253/32']},'gatewayIpAddress':'203.0.113.9','bgpSettings':"  \
                           "{'asn':64512,'bgpPeeringAddress':'169.254.21.1','peerWeight':0}}}"

/* The text with the first @from made @to. */
static inline _unused_ char *changed(struct arena *a, const char *text, const char *from, const char *to) {
        const char *at = strstr(text, from);
        assert_non_null(at);
        return arena_printf(a, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}
