#!/bin/sh
# email.sh FROM TO SUBJECT CONTENT   sends an email by the first provider that accepts it; the same call again sends nothing
# email.sh BATCH                     shows its state
set -eu
. "$(dirname "$0")/api.sh"

# JSON text of an argument: backslashes and quotes escaped.
text() { printf '"%s"' "$(printf %s "$1" | sed 's/[\\"]/\\&/g')"; }

if [ $# -eq 1 ]; then
  call GET "/emails/$1"
else
  key=$(printf '%s\n' "$@" | cksum | tr ' ' '-')
  call POST /emails/send -H 'Content-Type: application/json' -H "Idempotency-Key: email-$key" \
    -d "{\"from\": {\"email\": $(text "$1")}, \"destinations\": [{\"email\": $(text "$2")}],
         \"subject\": $(text "$3"), \"plainContent\": $(text "$4")}"
fi
