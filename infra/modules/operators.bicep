// What the people who operate it may do: set secrets, push policies, use the command line, empty dead letters, and look.
param group string
param storage string
param namespace string
param vault string

// Built-in roles by id (learn.microsoft.com/azure/role-based-access-control/built-in-roles).
var roles = {
  receive: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
  send: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
  look: '43d0d8ad-25c7-4714-9337-8ba259a9fe05'
  tables: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  writeBlobs: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  setSecrets: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
}

resource bus 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: namespace
}

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storage
}

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

resource talks 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [roles.send, roles.receive]: {
    name: guid(bus.id, group, role)
    scope: bus
    properties: {
      principalId: group
      principalType: 'Group'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource looks 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, group, roles.look)
  properties: {
    principalId: group
    principalType: 'Group'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.look)
  }
}

resource keeps 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, group, roles.tables)
  scope: account
  properties: {
    principalId: group
    principalType: 'Group'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.tables)
  }
}

resource activates 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(policies.id, group, roles.writeBlobs)
  scope: policies
  properties: {
    principalId: group
    principalType: 'Group'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.writeBlobs)
  }
}

resource knows 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(keyVault.id, group, roles.setSecrets)
  scope: keyVault
  properties: {
    principalId: group
    principalType: 'Group'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.setSecrets)
  }
}
