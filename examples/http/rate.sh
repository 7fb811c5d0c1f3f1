#!/bin/sh
# rate.sh       the rate, what SES allows, what is used now
# rate.sh 40    40 emails a second from now on, running campaigns too
set -eu
. "$(dirname "$0")/api.sh"
if [ $# -eq 0 ]; then
  call GET /rate
else
  call PUT /rate -H 'Content-Type: application/json' -d "{\"perSecond\": $1}"
fi
