// Who is told, of what: each alert is a line of alerts.json, and each has a section of the runbook.
param name string
param location string
param tags object
param mail array
param runbook string
param insights string
param workspace string
param namespace string

@description('Host names of the apps whose health is asked from outside; none for no such test.')
param hosts array
param logAlerts bool

// The same names as the sections of docs/runbook.md, and metrics that shared/telemetry.py knows; tests compare them.
var queries = loadJsonContent('../alerts.json')

var tellsSomebody = !empty(mail)

resource told 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${name}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'Joinly'
    enabled: tellsSomebody
    emailReceivers: [
      for address in mail: {
        name: address
        emailAddress: address
        useCommonAlertSchema: true
      }
    ]
  }
}

resource deadLetters 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'dead-letters'
  location: 'global'
  tags: tags
  properties: {
    description: 'A doorbell was given up: that is a bug. ${runbook}#dead-letters'
    severity: 1
    enabled: true
    scopes: [namespace]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'given-up'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'DeadletteredMessages'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [
            {
              name: 'EntityName'
              operator: 'Include'
              values: ['*']
            }
          ]
        }
      ]
    }
    actions: [
      {
        actionGroupId: told.id
      }
    ]
  }
}

resource stuck 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'queue-stuck'
  location: 'global'
  tags: tags
  properties: {
    description: 'Doorbells wait in a queue and nobody answers them. ${runbook}#queue-stuck'
    severity: 1
    enabled: true
    scopes: [namespace]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'waiting'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'ActiveMessages'
          timeAggregation: 'Minimum'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [
            {
              name: 'EntityName'
              operator: 'Include'
              values: ['*']
            }
          ]
        }
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'none-handled'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'CompleteMessage'
          timeAggregation: 'Total'
          operator: 'LessThan'
          threshold: 1
          dimensions: [
            {
              name: 'EntityName'
              operator: 'Include'
              values: ['*']
            }
          ]
        }
      ]
    }
    actions: [
      {
        actionGroupId: told.id
      }
    ]
  }
}

resource asked 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in (logAlerts ? queries : []): {
    name: alert.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Joinly: ${alert.name}'
      description: '${alert.says} ${runbook}#${alert.name}'
      severity: alert.severity
      enabled: true
      scopes: [workspace]
      evaluationFrequency: alert.every
      windowSize: alert.window
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: [told.id]
      }
    }
  }
]

resource health 'Microsoft.Insights/webtests@2022-06-15' = [
  for host in hosts: {
    name: 'health-${split(host, '.')[0]}'
    location: location
    tags: union(tags, { 'hidden-link:${insights}': 'Resource' })
    kind: 'standard'
    properties: {
      SyntheticMonitorId: 'health-${split(host, '.')[0]}'
      Name: 'health of ${split(host, '.')[0]}'
      Enabled: true
      Frequency: 900
      Timeout: 60
      Kind: 'standard'
      RetryEnabled: true
      Locations: [
        {
          Id: 'emea-nl-ams-azr'
        }
        {
          Id: 'emea-se-sto-edge'
        }
        {
          Id: 'emea-gb-db3-azr'
        }
      ]
      Request: {
        RequestUrl: 'https://${host}/api/health'
        HttpVerb: 'GET'
        ParseDependentRequests: false
        FollowRedirects: false
      }
      ValidationRules: {
        ExpectedHttpStatusCode: 200
        SSLCheck: true
        SSLCertRemainingLifetimeCheck: 7
      }
    }
  }
]

resource unwell 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for (host, index) in hosts: {
    name: 'unwell-${split(host, '.')[0]}'
    location: 'global'
    tags: tags
    properties: {
      description: 'An app does not answer, or says that it is not well. ${runbook}#unwell'
      severity: 1
      enabled: true
      scopes: [health[index].id, insights]
      evaluationFrequency: 'PT15M'
      windowSize: 'PT30M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
        webTestId: health[index].id
        componentId: insights
        failedLocationCount: 2
      }
      actions: [
        {
          actionGroupId: told.id
        }
      ]
    }
  }
]

output actionGroup string = told.id
