#!/bin/sh
# preflight.sh FILE.csv                 what an upload would do
# preflight.sh FILE.csv me@example.com  the same, and a test mail to this address
set -eu
. "$(dirname "$0")/api.sh"
call POST /campaigns/preflight -F "file=@$1" -F "testTo=${2:-}"
