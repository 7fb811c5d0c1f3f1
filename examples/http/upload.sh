#!/bin/sh
# upload.sh FILE.csv [field=value ...]   for example: upload.sh welcome.csv dryRun=true campaignId=spring format=html
set -eu
. "$(dirname "$0")/api.sh"
file=$1
shift
for field in "$@"; do
  set -- "$@" -F "$field"
  shift
done
call POST /upload -F "file=@$file;type=text/csv" "$@"
