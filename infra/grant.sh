#!/bin/sh
# Grants both apps' identities exactly what a policy needs, and nothing else: infra/grant.sh POLICY [--check | --remove]
# POLICY is a policy's own file, or a deployment (*.env) for the one that is active there.
set -eu

policy=${1:?"usage: infra/grant.sh POLICY [--check | --remove]"}
shift
for name in JOINLY_READ_PRINCIPAL JOINLY_WRITE_PRINCIPAL; do
  eval "value=\${$name:-}"
  [ -n "$value" ] || value=$(azd env get-value "$name")
  export "$name=$value"
done
script=$(mktemp)
trap 'rm -f "$script"' EXIT
joinly permissions "$policy" --script > "$script"
sh "$script" "$@"
