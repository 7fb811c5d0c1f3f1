# Sourced by the other scripts: the address of the API, and a function that calls it.
# For a deployed stack, set PREGON_API to its output apiUrl and PREGON_API_KEY to its secret.
API=${PREGON_API:-http://127.0.0.1:3000}
KEY=${PREGON_API_KEY:-pregon-local}

# call METHOD PATH [curl options]: prints the answer, and fails when its status is 400 or more.
call() {
  method=$1 path=$2
  shift 2
  curl --silent --show-error --fail-with-body --location -X "$method" -H "Authorization: Bearer $KEY" "$@" "$API$path"
  echo
}
