#!/bin/sh
# order.sh ORD-001                                      shows an order with its timeline
# order.sh ORD-001 received "Mantenimiento básico"      registers it
# order.sh ORD-001 inprocess                            changes its status; also to completed
# order.sh ORD-001 canceled "Motivo X"                  cancels it
set -eu
. "$(dirname "$0")/api.sh"

# JSON text of an argument: backslashes and quotes escaped.
text() { printf '"%s"' "$(printf %s "$1" | sed 's/[\\"]/\\&/g')"; }
order() { call "$1" "$2" -H 'Content-Type: application/json' -d "$3"; }

id=$(text "$1")
case ${2:-} in
  '') call GET "/orders/$1" ;;
  received) order POST /orders "{\"orderId\": $id, \"status\": \"received\", \"description\": $(text "${3:-}")}" ;;
  canceled) order PUT "/orders/$1" "{\"status\": \"canceled\", \"reasonForCancellation\": $(text "${3:-}")}" ;;
  *) order PUT "/orders/$1" "{\"status\": $(text "$2")}" ;;
esac
