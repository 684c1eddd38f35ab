// One Joinly deployment in one resource group: two function apps, each with an identity that may do its own work only.
// Nothing here is or makes a key; whoever signs in, signs in as an identity.
targetScope = 'resourceGroup'

@description('Short name of this deployment, part of every resource name: lower-case letters and digits.')
@minLength(3)
@maxLength(11)
param name string = 'joinly'

@description('Where everything stands; it must offer Flex Consumption.')
param location string = resourceGroup().location

@description('Tags on everything that takes them.')
param tags object = {}

@description('Whether nothing is written to any target, whatever the state says.')
param stopped bool = false

@description('When each timer runs, as NCRONTAB with seconds, in UTC.')
param schedules object = {
  poll: '0 */15 * * * *'
  glance: '0 5,10,20,25,35,40,50,55 * * * *'
  follow: '30 */5 * * * *'
  wake: '0 5 * * * *'
  sweep: '0 35 * * * *'
  tokens: '45 */10 * * * *'
  retention: '0 50 1 * * *'
  digest: '0 0 5 * * *'
}

@description('Names of the secrets that HR systems are read with; «joinly permissions POLICY» lists them.')
param readSecrets array = []

@description('Names of the secrets that targets are written with; «joinly permissions POLICY» lists them.')
param writeSecrets array = []

@description('Client id of the app registration of the holds API; without it the API answers 503.')
param audience string = ''

@description('Object id of the Entra group whose members operate this deployment: secrets, policies, the command line.')
param operators string = ''

@description('Whether the parts talk over a private network only; Service Bus is Premium then, which costs much more.')
param privateNetworking bool = false

@description('With private networking: the addresses of the network, and those of its subnets.')
param addresses object = {
  network: '10.90.0.0/24'
  read: '10.90.0.0/26'
  write: '10.90.0.64/26'
  endpoints: '10.90.0.128/26'
}

@description('With private networking: public addresses from which operators come in all the same.')
param openTo array = []

@description('Whether the stored state survives the loss of a data centre.')
param zoneRedundant bool = true

@description('Days that logs are kept.')
param logDays int = 90

@description('Gigabytes of logs a day after which no more are taken; -1 for no bound.')
param logGigabytes int = 2

@description('Memory of one instance in megabytes.')
@allowed([512, 2048, 4096])
param memory int = 2048

@description('How many instances each app may have at most.')
param instances int = 40

@description('Who is told of alerts, by mail address; nobody is told without one.')
param alertMail array = []

@description('Whether the alerts that read logs are made.')
param logAlerts bool = true

@description('Whether the health of the apps is asked from outside, every quarter of an hour.')
param availability bool = true

@description('Where the runbook can be read: alerts point to its sections.')
param runbook string = 'docs/runbook.md'

@description('Monthly budget in the currency of the subscription; 0 for none.')
param budget int = 0

@description('The first day of the month in which the budget begins; it cannot be changed later.')
param budgetStart string = '2026-12-01'

@description('Whether the state and the secrets are locked against being deleted.')
param locked bool = true

var unique = uniqueString(resourceGroup().id)

// What each app may do; a test compares it with what the code does.
var rights = loadJsonContent('rights.json')

resource identities 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = [
  for role in ['read', 'write']: {
    name: 'id-${name}-${role}-${unique}'
    location: location
    tags: tags
  }
]

module network 'modules/network.bicep' = if (privateNetworking) {
  name: 'network'
  params: {
    name: '${name}-${unique}'
    location: location
    tags: tags
    addresses: addresses
  }
}

var endpoints = privateNetworking ? network!.outputs.endpoints : ''
var zones = privateNetworking ? network!.outputs.zones : {}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    name: '${name}-${unique}'
    location: location
    tags: tags
    retentionDays: logDays
    dailyGigabytes: logGigabytes
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: take('st${name}${unique}', 24)
    location: location
    tags: tags
    tableNames: union(rights.read.tables, rights.write.tables)
    zoneRedundant: zoneRedundant
    endpoints: endpoints
    zones: zones
    openTo: openTo
    locked: locked
  }
}

module queues 'modules/queues.bicep' = {
  name: 'queues'
  params: {
    name: 'sb-${name}-${unique}'
    location: location
    tags: tags
    endpoints: endpoints
    zones: zones
    openTo: openTo
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  params: {
    name: take('kv-${name}-${unique}', 24)
    location: location
    tags: tags
    secretNames: union(rights.read.secrets, rights.write.secrets, readSecrets, writeSecrets)
    workspaceId: monitoring.outputs.workspaceId
    endpoints: endpoints
    zones: zones
    openTo: openTo
    locked: locked
  }
}

var common = {
  APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.connectionString
  ServiceBus__fullyQualifiedNamespace: queues.outputs.hostName
  ServiceBus__credential: 'managedidentity'
  JOINLY_TENANT: tenant().tenantId
  JOINLY_POLICIES: storage.outputs.policies
  JOINLY_TABLES: storage.outputs.tables
  JOINLY_KEY_VAULT: vault.outputs.address
  JOINLY_STOPPED: stopped ? 'true' : 'false'
  JOINLY_AUDIENCE: audience
  JOINLY_TOKENS_SCHEDULE: schedules.tokens
}

module readAccess 'modules/access.bicep' = {
  name: 'read-access'
  params: {
    principalId: identities[0].properties.principalId
    rights: rights.read
    secretNames: union(rights.read.secrets, readSecrets)
    storage: storage.outputs.account
    namespace: queues.outputs.name
    vault: vault.outputs.name
    insights: monitoring.outputs.insights
  }
}

module readApp 'modules/app.bicep' = {
  name: 'read-app'
  dependsOn: [readAccess]
  params: {
    name: 'func-${name}-read-${unique}'
    storage: take('str${name}${unique}', 24)
    role: 'read'
    location: location
    tags: tags
    identity: identities[0].id
    clientId: identities[0].properties.clientId
    principalId: identities[0].properties.principalId
    zoneRedundant: zoneRedundant
    memory: memory
    instances: instances
    subnet: privateNetworking ? network!.outputs.readers : ''
    endpoints: endpoints
    zones: zones
    settings: union(common, {
      JOINLY_POLL_SCHEDULE: schedules.poll
      JOINLY_GLANCE_SCHEDULE: schedules.glance
      JOINLY_FOLLOW_SCHEDULE: schedules.follow
      JOINLY_WAKE_SCHEDULE: schedules.wake
      JOINLY_SWEEP_SCHEDULE: schedules.sweep
      JOINLY_RETENTION_SCHEDULE: schedules.retention
      JOINLY_DIGEST_SCHEDULE: schedules.digest
    })
  }
}

module writeAccess 'modules/access.bicep' = {
  name: 'write-access'
  params: {
    principalId: identities[1].properties.principalId
    rights: rights.write
    secretNames: union(rights.write.secrets, writeSecrets)
    storage: storage.outputs.account
    namespace: queues.outputs.name
    vault: vault.outputs.name
    insights: monitoring.outputs.insights
  }
}

module writeApp 'modules/app.bicep' = {
  name: 'write-app'
  dependsOn: [writeAccess]
  params: {
    name: 'func-${name}-write-${unique}'
    storage: take('stw${name}${unique}', 24)
    role: 'write'
    location: location
    tags: tags
    identity: identities[1].id
    clientId: identities[1].properties.clientId
    principalId: identities[1].properties.principalId
    zoneRedundant: zoneRedundant
    memory: memory
    instances: instances
    subnet: privateNetworking ? network!.outputs.writers : ''
    endpoints: endpoints
    zones: zones
    settings: common
  }
}

module people 'modules/operators.bicep' = if (!empty(operators)) {
  name: 'operators'
  params: {
    group: operators
    storage: storage.outputs.account
    namespace: queues.outputs.name
    vault: vault.outputs.name
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    name: '${name}-${unique}'
    location: location
    tags: tags
    mail: alertMail
    runbook: runbook
    insights: monitoring.outputs.insightsId
    workspace: monitoring.outputs.workspaceId
    namespace: queues.outputs.id
    hosts: availability ? [readApp.outputs.host, writeApp.outputs.host] : []
    logAlerts: logAlerts
  }
}

module limits 'modules/budget.bicep' = if (budget > 0) {
  name: 'budget'
  params: {
    name: 'budget-${name}'
    amount: budget
    start: budgetStart
    actionGroup: alerts.outputs.actionGroup
  }
}

// Named as the app settings are, so that what azd writes of them is a deployment on the command line.
output JOINLY_TENANT string = tenant().tenantId
output JOINLY_POLICIES string = storage.outputs.policies
output JOINLY_TABLES string = storage.outputs.tables
output JOINLY_KEY_VAULT string = vault.outputs.address
output JOINLY_STOPPED string = stopped ? 'true' : 'false'
output JOINLY_AUDIENCE string = audience
output ServiceBus__fullyQualifiedNamespace string = queues.outputs.hostName

// What the scripts beside this file ask for.
output JOINLY_VAULT_NAME string = vault.outputs.name
output JOINLY_READ_APP string = readApp.outputs.name
output JOINLY_WRITE_APP string = writeApp.outputs.name
output JOINLY_READ_PRINCIPAL string = identities[0].properties.principalId
output JOINLY_WRITE_PRINCIPAL string = identities[1].properties.principalId
