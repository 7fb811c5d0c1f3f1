#!/bin/sh
# campaigns.sh          the latest campaigns
# campaigns.sh BATCH    one campaign
set -eu
. "$(dirname "$0")/api.sh"
if [ $# -eq 0 ]; then
  call GET '/campaigns?limit=20'
else
  call GET "/campaigns/$1"
fi
