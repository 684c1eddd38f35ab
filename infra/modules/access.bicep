// Everything that one app's identity may do, each on one queue, table, container or secret; nothing is given above them.
param principalId string

@description('Of rights.json: the queues it receives from and sends to, and the tables it reads and writes.')
param rights object
param secretNames array
param storage string
param namespace string
param vault string
param insights string

// Built-in roles by id (learn.microsoft.com/azure/role-based-access-control/built-in-roles).
var roles = {
  receive: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
  send: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
  table: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  readBlobs: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
  readSecret: '4633458b-17de-408a-b874-0445c86b69e6'
  publishMetrics: '3913510d-42f4-4e42-8a64-420c390055eb'
}

resource bus 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: namespace
}

resource inbound 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' existing = [
  for queue in rights.receives: {
    parent: bus
    name: queue
  }
]

resource outbound 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' existing = [
  for queue in rights.sends: {
    parent: bus
    name: queue
  }
]

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storage
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-06-01' existing = {
  parent: account
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01' existing = [
  for table in rights.tables: {
    parent: tableService
    name: table
  }
]

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' existing = {
  parent: account
  name: 'default'
}

resource policies 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = {
  parent: blobs
  name: 'policies'
}

resource keyVault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vault
}

resource secrets 'Microsoft.KeyVault/vaults/secrets@2024-11-01' existing = [
  for secretName in secretNames: {
    parent: keyVault
    name: secretName
  }
]

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insights
}

resource receives 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queue, index) in rights.receives: {
    name: guid(bus.id, queue, principalId, roles.receive)
    scope: inbound[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.receive)
    }
  }
]

resource sends 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queue, index) in rights.sends: {
    name: guid(bus.id, queue, principalId, roles.send)
    scope: outbound[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.send)
    }
  }
]

resource keeps 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (table, index) in rights.tables: {
    name: guid(account.id, table, principalId, roles.table)
    scope: tables[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.table)
    }
  }
]

resource follows 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(policies.id, principalId, roles.readBlobs)
  scope: policies
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.readBlobs)
  }
}

resource knows 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (secretName, index) in secretNames: {
    name: guid(keyVault.id, secretName, principalId, roles.readSecret)
    scope: secrets[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.readSecret)
    }
  }
]

resource tells 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(component.id, principalId, roles.publishMetrics)
  scope: component
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.publishMetrics)
  }
}
