// A small tenant, as cheap as it goes: one data centre, little kept of logs, and only the alerts that cost next to nothing.
using '../main.bicep'

param name = 'small'
param tags = {
  application: 'joinly'
  customer: 'small'
}
param stopped = true
param schedules = {
  poll: '0 0 */4 * * *'
  glance: '0 20 * * * *'
  follow: '30 7 * * * *'
  wake: '0 5 * * * *'
  sweep: '0 35 */2 * * *'
  tokens: '0 20 */6 * * *'
  retention: '0 50 2 * * *'
  digest: '0 0 5 * * *'
}
param readSecrets = []
param writeSecrets = []
param zoneRedundant = false
param logDays = 30
param logGigabytes = 1
param operators = readEnvironmentVariable('JOINLY_OPERATORS', '')
param alertMail = ['it@small.example']
param logAlerts = false
param availability = false
param locked = false
