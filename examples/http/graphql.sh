#!/bin/sh
# graphql.sh FILE.graphql [VARIABLES]   for example: graphql.sh queries/status.graphql '{"status": ["ERROR"]}'
set -eu
. "$(dirname "$0")/api.sh"
body=$(node -e '
  const [file, variables = "{}"] = process.argv.slice(1);
  const query = require("node:fs").readFileSync(file, "utf8");
  console.log(JSON.stringify({ query, variables: JSON.parse(variables) }));
' "$@")
call POST /graphql -H 'Content-Type: application/json' -d "$body"
