// The Service Bus namespace and its queues, all with sessions; no connection string can be made for it.
param name string
param location string
param principalId string

var serviceBusDataReceiver = '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
var serviceBusDataSender = '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'

// The same names and settings as in shared/queues.py; a test compares them.
var queueSettings = loadJsonContent('../queues.json')

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  sku: {
    name: 'Standard'
    tier: 'Standard'
  }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
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

resource mayUse 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [serviceBusDataReceiver, serviceBusDataSender]: {
    name: guid(namespace.id, principalId, role)
    scope: namespace
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

// Of https://<name>.servicebus.windows.net:443/, whatever the cloud, the host's name.
output hostName string = split(split(namespace.properties.serviceBusEndpoint, '/')[2], ':')[0]
