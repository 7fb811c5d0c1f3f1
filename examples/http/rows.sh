#!/bin/sh
# rows.sh BATCH           the first 50 rows of a campaign, in the order of the file
# rows.sh BATCH ERROR     those in this status: PENDING, QUEUED, SENT or ERROR
set -eu
. "$(dirname "$0")/api.sh"
call GET "/campaigns/$1/sends?status=${2:-}&limit=50"
