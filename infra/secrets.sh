#!/bin/sh
# The secrets of one deployment: makes the keys that are missing, sets one, and says which are still to be set.
# No value is ever printed, given as an argument or left in a file; whoever runs it is «Key Vault Secrets Officer».
set -eu

vault=${JOINLY_VAULT_NAME:-$(azd env get-value JOINLY_VAULT_NAME)}
none="not set yet"

missing() {
  type=$(az keyvault secret show --vault-name "$vault" --name "$1" --query contentType --output tsv 2>/dev/null) || type=$none
  [ "$type" = "$none" ]
}

# What comes in is the value; `cat` keeps it out of every argument list.
put() {
  az keyvault secret set --vault-name "$vault" --name "$1" --file /dev/stdin --encoding utf-8 \
    --content-type "set by hand or script" --output none
}

# 32 random bytes in base64, without the line's end; the second form has the letters that Fernet wants.
key() { openssl rand -base64 32 | tr -d '\n'; }
fernet() { key | tr '+/' '-_'; }

# A role that was given a moment ago takes effect some minutes later.
wait_for_role() {
  tries=0
  until az keyvault secret list --vault-name "$vault" --maxresults 1 --output none 2>/dev/null; do
    tries=$((tries + 1))
    if [ "$tries" -ge "${TRIES:-20}" ]; then
      echo "$vault cannot be read: give yourself «Key Vault Secrets Officer» on it, then infra/secrets.sh keys" >&2
      exit 1
    fi
    sleep "${PAUSE:-15}"
  done
}

case ${1:-} in
  keys)
    wait_for_role
    if missing joinly-hash-key; then key | put joinly-hash-key; echo "joinly-hash-key: made"; fi
    if missing joinly-token-key; then fernet | put joinly-token-key; echo "joinly-token-key: made"; fi
    ;;
  set)
    name=${2:?"say which: infra/secrets.sh set NAME"}
    if [ -t 0 ]; then
      printf '%s: ' "$name" >&2
      stty -echo
      trap 'stty echo' EXIT
      IFS= read -r value
      stty echo
      trap - EXIT
      printf '\n' >&2
      printf '%s' "$value" | put "$name"
    else
      printf '%s' "$(cat)" | put "$name"
    fi
    echo "$name: set; the apps use it within five minutes"
    ;;
  remaining)
    left=$(az keyvault secret list --vault-name "$vault" --query "[?contentType=='$none'].name" --output tsv)
    for name in $left; do echo "still to be set by a person: infra/secrets.sh set $name"; done
    echo "then, by a Privileged Role Administrator: infra/grant.sh POLICY; and docs/deploy.md goes on from there"
    ;;
  *)
    echo "usage: infra/secrets.sh keys | set NAME | remaining" >&2
    exit 2
    ;;
esac
