#!/bin/sh
# health.sh   answers 200 when the API is up; needs no key
set -eu
. "$(dirname "$0")/api.sh"
curl --silent --show-error --fail-with-body "$API/health"
echo
