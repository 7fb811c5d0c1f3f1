#!/bin/sh
# request.sh TO MESSAGE [TYPE]   registers a notification (email, sms or push; email by default) and sends it
# request.sh ID                  shows its status
set -eu
. "$(dirname "$0")/api.sh"
if [ $# -eq 1 ]; then
  call GET "/v1/requests/$1"
else
  created=$(call POST /v1/requests -H 'Content-Type: application/json' \
    -d "{\"to\": \"$1\", \"message\": \"$2\", \"type\": \"${3:-email}\"}")
  echo "$created"
  id=$(printf %s "$created" | sed 's/.*"id":"\([^"]*\)".*/\1/')
  call POST "/v1/requests/$id/process"
fi
