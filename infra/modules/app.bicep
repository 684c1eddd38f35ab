// One function app on a Flex Consumption plan of its own: one identity, one storage account for its package and leases.
param name string
param location string
param tags object

@allowed(['read', 'write'])
param role string

@description('The identity of this app: its resource, its client id and its object id.')
param identity string
param clientId string
param principalId string

@description('Name of the storage account that the host keeps its package, leases and keys in.')
param storage string
param zoneRedundant bool
param memory int
param instances int

@description('The subnet it reaches the others from, and where their private endpoints are; empty without them.')
param subnet string
param endpoints string
param zones object

@description('App settings by name; none of them is a secret.')
param settings object

var private = !empty(subnet)
var storageBlobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'

var own = {
  PYTHON_ENABLE_OPENTELEMETRY: 'true' // host.json's telemetryMode says so to the host, this to the worker
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${clientId};Authorization=AAD'
  AzureWebJobsStorage__accountName: account.name
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: clientId
  ServiceBus__clientId: clientId
  JOINLY_ROLE: role
  JOINLY_IDENTITY: clientId
}

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: storage
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS'
  }
  properties: {
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: private ? 'Deny' : 'Allow'
      bypass: 'AzureServices'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: 'packages'
  properties: {
    publicAccess: 'None'
  }
}

resource owns 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, principalId, storageBlobDataOwner)
  scope: account
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataOwner)
  }
}

module reached 'endpoint.bicep' = if (private) {
  name: '${storage}-blob'
  params: {
    name: '${storage}-blob'
    location: location
    tags: tags
    subnet: endpoints
    target: account.id
    service: 'blob'
    zone: zones.?blob ?? ''
  }
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': role })
  kind: 'functionapp,linux'
  dependsOn: [owns]
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    keyVaultReferenceIdentity: identity
    virtualNetworkSubnetId: private ? subnet : null
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${account.properties.primaryEndpoints.blob}${packages.name}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity
          }
        }
      }
      runtime: {
        name: 'python'
        version: '3.13'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: memory
        maximumInstanceCount: instances
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      appSettings: [
        for setting in items(union(settings, own)): {
          name: setting.key
          value: setting.value
        }
      ]
    }
  }
}

resource publishing 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = [
  for protocol in ['ftp', 'scm']: {
    parent: app
    name: protocol
    properties: {
      allow: false
    }
  }
]

output name string = app.name
output host string = app.properties.defaultHostName
