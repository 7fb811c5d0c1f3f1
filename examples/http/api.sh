# Sourced by the scripts beside it: where the API is and how to call it.
# PREGON_API and PREGON_API_KEY say otherwise; for a deployed stack they are its output apiUrl and its secret.
API=${PREGON_API:-http://127.0.0.1:3000}
KEY=${PREGON_API_KEY:-pregon-local}

# call METHOD PATH [curl options]: prints the answer, and fails with it when the status is 400 or more.
call() {
  method=$1 path=$2
  shift 2
  curl --silent --show-error --fail-with-body --location -X "$method" -H "Authorization: Bearer $KEY" "$@" "$API$path"
  echo
}
