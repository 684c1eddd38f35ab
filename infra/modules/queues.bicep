// The Service Bus namespace and its queues, all with sessions; no connection string can be made for it.
param name string
param location string
param tags object
param endpoints string
param zones object
param openTo array

var private = !empty(endpoints)

// The same names and settings as in shared/queues.py; a test compares them.
var queueSettings = loadJsonContent('../queues.json')

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: private ? 'Premium' : 'Standard'
    tier: private ? 'Premium' : 'Standard'
    capacity: private ? 1 : null
  }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: private && empty(openTo) ? 'Disabled' : 'Enabled'
  }
}

resource queues 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [
  for queue in queueSettings: {
    parent: namespace
    name: queue.name
    properties: {
      requiresSession: true
      lockDuration: queue.lockDuration
      maxDeliveryCount: queue.maxDeliveryCount
    }
  }
]

resource rules 'Microsoft.ServiceBus/namespaces/networkRuleSets@2024-01-01' = if (private) {
  parent: namespace
  name: 'default'
  properties: {
    publicNetworkAccess: empty(openTo) ? 'Disabled' : 'Enabled'
    defaultAction: 'Deny'
    trustedServiceAccessEnabled: true
    ipRules: [
      for address in openTo: {
        ipMask: address
        action: 'Allow'
      }
    ]
  }
}

module reached 'endpoint.bicep' = if (private) {
  name: '${name}-namespace'
  params: {
    name: '${name}-namespace'
    location: location
    tags: tags
    subnet: endpoints
    target: namespace.id
    service: 'namespace'
    zone: zones.?namespace ?? ''
  }
}

output id string = namespace.id
output name string = namespace.name

// Of https://<name>.servicebus.windows.net:443/, whatever the cloud, the host's name.
output hostName string = split(split(namespace.properties.serviceBusEndpoint, '/')[2], ':')[0]
