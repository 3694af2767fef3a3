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
