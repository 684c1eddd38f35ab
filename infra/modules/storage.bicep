// The storage account of the state, without keys: tables, and the container of the policies, whose past is kept.
// The apps' packages are not here: whoever may write those may run as the app.
param name string
param location string
param tags object
param tableNames array
param zoneRedundant bool
param endpoints string
param zones object
param openTo array
param locked bool

var private = !empty(endpoints)

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
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

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (locked) {
  name: 'the-state-stays'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'Who has which account because of whom is nowhere else.'
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: true
    deleteRetentionPolicy: {
      enabled: true
      days: 90
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 90
    }
  }
}

resource policies 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: 'policies'
  properties: {
    publicAccess: 'None'
  }
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01' = [
  for tableName in tableNames: {
    parent: tableService
    name: tableName
  }
]

module reached 'endpoint.bicep' = [
  for service in ['blob', 'table']: if (private) {
    name: '${name}-${service}'
    params: {
      name: '${name}-${service}'
      location: location
      tags: tags
      subnet: endpoints
      target: account.id
      service: service
      zone: zones[service]
    }
  }
]

output account string = account.name
output policies string = '${account.properties.primaryEndpoints.blob}${policies.name}'
output tables string = account.properties.primaryEndpoints.table
