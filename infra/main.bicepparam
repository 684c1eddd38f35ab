using 'main.bicep'

param name = 'joinly'
param policy = 'config/contoso.yaml'
