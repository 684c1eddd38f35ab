// The private network: a subnet for each app, one for the private endpoints, and the zones that name them.
param name string
param location string
param tags object
param addresses object

var zoneNames = [
  'privatelink.blob.${environment().suffixes.storage}'
  'privatelink.table.${environment().suffixes.storage}'
  'privatelink.vaultcore.azure.net'
  'privatelink.servicebus.windows.net'
]

resource closed 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg-${name}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'nobody-from-outside'
        properties: {
          priority: 4000
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'vnet-${name}'
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [addresses.network]
    }
    subnets: [
      {
        name: 'read'
        properties: {
          addressPrefix: addresses.read
          networkSecurityGroup: {
            id: closed.id
          }
          delegations: [
            {
              name: 'flex'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'write'
        properties: {
          addressPrefix: addresses.write
          networkSecurityGroup: {
            id: closed.id
          }
          delegations: [
            {
              name: 'flex'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: addresses.endpoints
          networkSecurityGroup: {
            id: closed.id
          }
        }
      }
    ]
  }
}

resource zoned 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zoneName in zoneNames: {
    name: zoneName
    location: 'global'
    tags: tags
  }
]

resource linked 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zoneName, index) in zoneNames: {
    parent: zoned[index]
    name: 'link-${name}'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: network.id
      }
    }
  }
]

output readers string = '${network.id}/subnets/read'
output writers string = '${network.id}/subnets/write'
output endpoints string = '${network.id}/subnets/endpoints'
output zones object = {
  blob: resourceId('Microsoft.Network/privateDnsZones', zoneNames[0])
  table: resourceId('Microsoft.Network/privateDnsZones', zoneNames[1])
  vault: resourceId('Microsoft.Network/privateDnsZones', zoneNames[2])
  namespace: resourceId('Microsoft.Network/privateDnsZones', zoneNames[3])
}
