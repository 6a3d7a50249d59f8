#!/bin/sh
# One picture or clip, one decision: sh client/check.sh face.jpg
# Ends with status 0 for live alone, with 1 for any other decision, with 2 where there is none.
# SPOOFCUE_URL: of the service; SPOOFCUE_KEY: an API key, where it needs one.
set -eu

file=${1:?give a picture or clip}
url=${SPOOFCUE_URL:-http://127.0.0.1:8000}

# the key goes in by standard input, since every user of a machine can read a command's words
answer=$(
    printf 'header = "Authorization: Bearer %s"\n' "${SPOOFCUE_KEY:-none}" |
        curl --silent --show-error --fail-with-body --max-time 60 --config - \
            --header 'Content-Type: application/octet-stream' \
            --data-binary "@$file" "$url/v1/checks"
) || {
    printf 'no decision: %s\n' "$answer" >&2
    exit 2
}
decision=$(printf '%s' "$answer" | jq --exit-status --raw-output .decision) || exit 2
printf '%s\n' "$decision"
[ "$decision" = live ]
