#!/bin/sh
# rate.sh       shows the rate, what SES allows, and what is used
# rate.sh 40    sets the rate to 40 emails a second, also for running campaigns
set -eu
. "$(dirname "$0")/api.sh"
if [ $# -eq 0 ]; then
  call GET /rate
else
  call PUT /rate -H 'Content-Type: application/json' -d "{\"perSecond\": $1}"
fi
