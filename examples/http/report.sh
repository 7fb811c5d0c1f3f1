#!/bin/sh
# report.sh BATCH sends      every recipient with its state
# report.sh BATCH skipped    the rows that could not be sent, and why
set -eu
. "$(dirname "$0")/api.sh"
call GET "/campaigns/$1/$2.csv"
