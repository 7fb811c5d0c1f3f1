#!/bin/sh
# report.sh BATCH sends      every recipient with its state
# report.sh BATCH skipped    the skipped rows, with the reason
set -eu
. "$(dirname "$0")/api.sh"
call GET "/campaigns/$1/$2.csv"
