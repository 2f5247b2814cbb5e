#!/bin/sh
# An upload that meets a fault, is tried again and ends well:
#     mockserver run -- sh examples/faults.sh
set -eu
file=$(mktemp)
trap 'rm -f "$file"' EXIT
head -c 100000 /dev/zero > "$file"

# The first upload is cut off in the middle.
mockserver fault add PUT '/v2/images/*/file' --cut-after 50% --times 1
imagectl image create zeros --file "$file" --disk-format raw -f value -c status
imagectl image save zeros --file - | cmp - "$file"
mockserver journal
