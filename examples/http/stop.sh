#!/bin/sh
# stop.sh BATCH   no further email leaves within five seconds; redrive.sh resumes
set -eu
. "$(dirname "$0")/api.sh"
call POST "/campaigns/$1/stop"
