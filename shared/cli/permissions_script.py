"""The script that grants: what each app's identity must hold at Microsoft's APIs, and nothing else. Only text.

Source: «Grant an appRoleAssignment to a service principal», «Create unifiedRoleAssignment»
(learn.microsoft.com/graph/api). Ids of Microsoft's APIs and role templates are the same in every tenant.
"""

from collections.abc import Iterator, Sequence

from shared.connector import App, Grantor
from shared.permissions import Need

APIS = {
    Grantor.GRAPH: "00000003-0000-0000-c000-000000000000",
    Grantor.EXCHANGE: "00000002-0000-0ff1-ce00-000000000000",
}
TEMPLATES = {
    "Exchange Administrator": "29232cdf-9323-42fd-ade2-1d097af3e4de",
    "Exchange Recipient Administrator": "31392ffb-586c-42d1-9346-e59415a2cc4e",
}
"""Entra roles («Microsoft Entra built-in roles») by name."""

BODY = r"""
mode=${1:-grant}
case $mode in grant | --check | --remove) ;; *) echo "usage: $0 [--check | --remove]" >&2; exit 2 ;; esac
graph=https://graph.microsoft.com/v1.0
odd=0

# One line for each that is held: its assignment, then what it is of: an API and one of its roles, or an Entra role.
held() {
  az rest --method GET --url "$graph/servicePrincipals/$1/appRoleAssignments?\$top=999" \
    --query "value[].[id, resourceId, appRoleId]" --output tsv
  az rest --method GET --url "$graph/roleManagement/directory/roleAssignments?\$filter=principalId%20eq%20'$1'" \
    --query "value[].[id, 'directory', roleDefinitionId]" --output tsv
}

# The same form for each that is wanted, with its name in place of the assignment.
wanted() {
  needed "$1" | while IFS='|' read -r api name; do
    case $api in
      directory*) printf '%s\t%s\t%s\n' "$name" directory "${api#directory:}" ;;
      *)
        resource=$(az ad sp show --id "$api" --query id --output tsv)
        role=$(az ad sp show --id "$api" --output tsv \
          --query "appRoles[?value=='$name' && contains(allowedMemberTypes, 'Application')].id")
        [ -n "$role" ] || { echo "$name: this API has no such permission" >&2; exit 1; }
        printf '%s\t%s\t%s\n' "$name" "$resource" "$role"
        ;;
    esac
  done
}

give() {
  if [ "$2" = directory ]; then
    body="{\"principalId\": \"$1\", \"roleDefinitionId\": \"$3\", \"directoryScopeId\": \"/\"}"
    az rest --method POST --url "$graph/roleManagement/directory/roleAssignments" --body "$body" --output none
  else
    body="{\"principalId\": \"$1\", \"resourceId\": \"$2\", \"appRoleId\": \"$3\"}"
    az rest --method POST --url "$graph/servicePrincipals/$1/appRoleAssignments" --body "$body" --output none
  fi
}

take() {
  if [ "$3" = directory ]; then
    az rest --method DELETE --url "$graph/roleManagement/directory/roleAssignments/$2" --output none
  else
    az rest --method DELETE --url "$graph/servicePrincipals/$1/appRoleAssignments/$2" --output none
  fi
}

tab=$(printf '\t')
for app in read write; do
  case $app in read) principal=$read ;; write) principal=$write ;; esac
  have=$(held "$principal")
  want=$(wanted "$app")
  while IFS=$tab read -r name of role; do
    [ -n "$name" ] || continue
    if printf '%s\n' "$have" | grep -qF "$tab$of$tab$role"; then continue; fi
    if [ "$mode" = grant ]; then
      give "$principal" "$of" "$role"
      echo "$app: $name is granted"
    else
      odd=1
      echo "$app: $name is missing"
    fi
  done <<END
$want
END
  while IFS=$tab read -r id of role; do
    [ -n "$id" ] || continue
    if printf '%s\n' "$want" | grep -qF "$tab$of$tab$role"; then continue; fi
    if [ "$mode" = --remove ]; then
      take "$principal" "$id" "$of"
      echo "$app: $role of $of is taken away"
    else
      odd=1
      echo "$app: $role of $of is too much"
    fi
  done <<END
$have
END
done
[ "$mode" != --check ] || exit "$odd"
"""


def script_of(needed: Sequence[Need]) -> str:
    """The whole script. What a system itself gives is told by `joinly permissions`, and not here."""
    lines = [
        "#!/bin/sh",
        "# Grants the identities of Joinly's two apps exactly what one policy needs at Microsoft's APIs.",
        "# Nothing: grant what is missing. --check: name what is missing or too much. --remove: take what is too much.",
        "# It takes the Azure CLI and a Privileged Role Administrator.",
        "set -eu",
        'read=${JOINLY_READ_PRINCIPAL:?"set it to the object id of the reading app\'s identity"}',
        'write=${JOINLY_WRITE_PRINCIPAL:?"set it to the object id of the writing app\'s identity"}',
        "",
        "needed() {",
        "  case $1 in",
        *(line for app in App for line in _of(app, needed)),
        "  esac",
        "}",
    ]
    return "\n".join(lines) + BODY


def _of(app: App, needed: Sequence[Need]) -> Iterator[str]:
    own = sorted({line for one in needed if one.app is app for line in _line(one)})
    yield f"    {app})"
    yield from ("      cat <<'END'", *own, "END") if own else ("      :",)
    yield "      ;;"


def _line(one: Need) -> Iterator[str]:
    if one.permission.by in APIS:
        yield f"{APIS[one.permission.by]}|{one.name}"
    elif one.permission.by is Grantor.DIRECTORY:
        yield f"directory:{TEMPLATES[one.name]}|{one.name}"
