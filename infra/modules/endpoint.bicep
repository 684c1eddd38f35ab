// One private endpoint of one service, and its name in the private zone.
param name string
param location string
param tags object
param subnet string
param target string
param service string
param zone string

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: 'pe-${name}'
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnet
    }
    privateLinkServiceConnections: [
      {
        name: service
        properties: {
          privateLinkServiceId: target
          groupIds: [service]
        }
      }
    ]
  }
}

resource named 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: service
        properties: {
          privateDnsZoneId: zone
        }
      }
    ]
  }
}
