#!/bin/sh
# stop.sh BATCH   stops a campaign: no email leaves after five seconds; redrive.sh resumes it
set -eu
. "$(dirname "$0")/api.sh"
call POST "/campaigns/$1/stop"
