// One Joinly deployment in one resource group: a function app with its own identity, and everything it uses.
// Nothing here is or makes a key; whoever signs in, signs in as an identity.
targetScope = 'resourceGroup'

@description('Short name of this deployment, part of every resource name: lower-case letters and digits.')
@minLength(3)
@maxLength(11)
param name string = 'joinly'

@description('Where everything stands; it must offer Flex Consumption.')
param location string = resourceGroup().location

@description('The policy inside the deployed package, such as config/contoso.yaml.')
param policy string

@description('Whether nothing is written to any target, whatever the state says.')
param stopped bool = false

@description('When each timer runs, as NCRONTAB with seconds, in UTC.')
param schedules object = {
  poll: '0 */15 * * * *'
  follow: '30 */5 * * * *'
  wake: '0 5 * * * *'
  sweep: '0 35 * * * *'
}

var unique = uniqueString(resourceGroup().id)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${name}-${unique}'
  location: location
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    name: '${name}-${unique}'
    location: location
    principalId: identity.properties.principalId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: take('st${name}${unique}', 24)
    location: location
    principalId: identity.properties.principalId
  }
}

module queues 'modules/queues.bicep' = {
  name: 'queues'
  params: {
    name: 'sb-${name}-${unique}'
    location: location
    principalId: identity.properties.principalId
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  params: {
    name: take('kv-${name}-${unique}', 24)
    location: location
    principalId: identity.properties.principalId
  }
}

module app 'modules/app.bicep' = {
  name: 'app'
  params: {
    name: 'func-${name}-${unique}'
    location: location
    identityId: identity.id
    packages: storage.outputs.packages
    settings: {
      APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.connectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
      AzureWebJobsStorage__accountName: storage.outputs.account
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identity.properties.clientId
      ServiceBus__fullyQualifiedNamespace: queues.outputs.hostName
      ServiceBus__credential: 'managedidentity'
      ServiceBus__clientId: identity.properties.clientId
      JOINLY_IDENTITY: identity.properties.clientId
      JOINLY_TENANT: tenant().tenantId
      JOINLY_POLICY: policy
      JOINLY_TABLES: storage.outputs.tables
      JOINLY_KEY_VAULT: vault.outputs.address
      JOINLY_STOPPED: stopped ? 'true' : 'false'
      JOINLY_POLL_SCHEDULE: schedules.poll
      JOINLY_FOLLOW_SCHEDULE: schedules.follow
      JOINLY_WAKE_SCHEDULE: schedules.wake
      JOINLY_SWEEP_SCHEDULE: schedules.sweep
    }
  }
}

output app string = app.outputs.name
output keyVault string = vault.outputs.name
output identityPrincipalId string = identity.properties.principalId
