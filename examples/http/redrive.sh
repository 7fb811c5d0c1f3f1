#!/bin/sh
# redrive.sh BATCH [resend|accept]   continues a campaign; the second argument is for unconfirmed rows
set -eu
. "$(dirname "$0")/api.sh"
body='{}'
if [ $# -gt 1 ]; then body="{\"unconfirmed\": \"$2\"}"; fi
call POST "/campaigns/$1/redrive" -H 'Content-Type: application/json' -d "$body"
