# What the hidden lines of a page's shell blocks use. Nothing that a reader sees mentions it.

# Calls a control of the block's sandbox, below /sandbox/: control POST changes '{}'
control() {
  curl -sS --fail-with-body -X "$1" "$POLICY_AGGREGATOR_BASE_URL/sandbox/$2" \
    -H "Authorization: Bearer $POLICY_AGGREGATOR_API_KEY" -H "Content-Type: application/json" -d "${3:-{\}}" >&2
}

# Takes a field out of JSON on standard input by a JSON pointer: … | field /data/0/id
field() {
  python3 -c 'import json, sys
value = json.load(sys.stdin)
for part in sys.argv[1].split("/")[1:]:
    value = value[int(part) if isinstance(value, list) else part.replace("~1", "/").replace("~0", "~")]
print(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))' "$1"
}

# Starts a webhook receiver and sets WEBHOOK_URL. It answers with the given statuses first, then always with 204.
endpoint() {
  exec {inbox}< <(exec python3 -u -c 'import json, sys
sys.path.insert(0, sys.argv[1])
import handbook
url, inbox = handbook.endpoint(map(int, sys.argv[2:]))
print(url)
while True:
    headers, body = inbox.get()
    print(json.dumps({"headers": headers, "body": body.decode()}))' "$(dirname "${BASH_SOURCE[0]}")/../python" "$@")
  trap "kill $!" EXIT
  read -r WEBHOOK_URL <&"$inbox"
  export WEBHOOK_URL
}

# Waits for the next delivery and prints it as one line of JSON: {"headers": {…}, "body": "…"}
delivery() {
  local line
  read -r line <&"$inbox" && printf '%s\n' "$line"
}

# Starts a front that speaks TLS before the sandbox, writes its self-signed certificate to company.pem, and points
# POLICY_AGGREGATOR_BASE_URL at it.
tls() {
  exec {front}< <(exec python3 -u -c 'import sys, threading
sys.path.insert(0, sys.argv[1])
import handbook
print(handbook.tls("company.pem"))
threading.Event().wait()' "$(dirname "${BASH_SOURCE[0]}")/../python")
  trap "kill $!" EXIT
  read -r POLICY_AGGREGATOR_BASE_URL <&"$front"
  export POLICY_AGGREGATOR_BASE_URL
}

# Waits for the next delivery, and keeps it in headers.json and body.json, byte for byte.
keep() {
  delivery | python3 -c 'import json, sys
one = json.load(sys.stdin)
json.dump(one["headers"], open("headers.json", "w"))
open("body.json", "w", newline="").write(one["body"])'
}

# Creates a webhook for an event at WEBHOOK_URL; sets WEBHOOK_ID and POLICY_AGGREGATOR_WEBHOOK_SECRET: hook source.failing
hook() {
  local made
  made=$(curl -sSf "$POLICY_AGGREGATOR_BASE_URL/api/v1/webhooks" \
    -H "Authorization: Bearer $POLICY_AGGREGATOR_API_KEY" -H "Content-Type: application/json" \
    -d "{\"url\": \"$WEBHOOK_URL\", \"events\": [\"${1:-change.detected}\"]}")
  WEBHOOK_ID=$(field /id <<<"$made")
  POLICY_AGGREGATOR_WEBHOOK_SECRET=$(field /secret <<<"$made")
  export WEBHOOK_ID POLICY_AGGREGATOR_WEBHOOK_SECRET
}

# Waits until the newest delivery of that webhook stands so, and sets DELIVERY_ID: settled succeeded
settled() {
  local log
  until log=$(curl -sSf "$POLICY_AGGREGATOR_BASE_URL/api/v1/webhooks/$WEBHOOK_ID/deliveries?limit=1" \
    -H "Authorization: Bearer $POLICY_AGGREGATOR_API_KEY") && [[ $log == *"\"status\":\"$1\""* ]]; do sleep 0.05; done
  DELIVERY_ID=$(field /data/0/id <<<"$log")
  export DELIVERY_ID
}

# Copies the handbook into the current folder: its pages and its contract may be changed there.
clone() {
  local file
  for file in "$PROOFBOOK_ROOT"/* "$PROOFBOOK_ROOT"/.github; do
    case ${file##*/} in
    src | contract) cp -r "$file" . ;;
    target | book) ;;
    *) ln -s "$file" . ;;
    esac
  done
}
