// The key vault: access by role only, and what is deleted can be brought back for 90 days.
// Every secret is made once, with a value that is none, so that its role can be given; people and scripts set it.
param name string
param location string
param tags object
param secretNames array
param workspaceId string
param endpoints string
param zones object
param openTo array
param locked bool

var private = !empty(endpoints)

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: private && empty(openTo) ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: private ? 'Deny' : 'Allow'
      bypass: 'AzureServices'
      ipRules: [
        for address in openTo: {
          value: address
        }
      ]
    }
  }
}

@onlyIfNotExists()
resource secrets 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = [
  for secretName in secretNames: {
    parent: vault
    name: secretName
    properties: {
      contentType: 'not set yet'
      value: 'not set yet'
    }
  }
]

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (locked) {
  name: 'the-secrets-stay'
  scope: vault
  properties: {
    level: 'CanNotDelete'
    notes: 'Without the keys in it everybody counts as changed, and every consent must be given anew.'
  }
}

resource seen 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'who-read-what'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
  }
}

module reached 'endpoint.bicep' = if (private) {
  name: '${name}-vault'
  params: {
    name: '${name}-vault'
    location: location
    tags: tags
    subnet: endpoints
    target: vault.id
    service: 'vault'
    zone: zones.?vault ?? ''
  }
}

output name string = vault.name
output address string = vault.properties.vaultUri
