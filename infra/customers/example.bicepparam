// A customer of a few hundred to a few thousand people: everything watched, the state in three data centres.
using '../main.bicep'

param name = 'contoso'
param tags = {
  application: 'joinly'
  customer: 'contoso'
  environment: 'production'
  owner: 'identity@contoso.nl'
}

// Nothing is written until a person takes this away, whatever the policy says.
param stopped = true

// What «joinly permissions POLICY --json» calls secrets; the values are set with infra/secrets.sh.
param readSecrets = [
  'personio-client-id'
  'personio-client-secret'
]
param writeSecrets = []

// Object id of the Entra group of people who operate it: azd env set JOINLY_OPERATORS …
param operators = readEnvironmentVariable('JOINLY_OPERATORS', '')

param alertMail = ['identity@contoso.nl']
param runbook = 'https://example.com/joinly/docs/runbook.md'
param budget = 150
param budgetStart = '2026-12-01'
