#!/bin/sh
# A job of a CI: images are stored as a file declares them, and nothing has drifted.
#     mockserver run -- sh examples/ci.sh      (or with the OS_* of a cloud)
set -eu
cd "$(dirname "$0")"
python3 make_qcow2.py small.qcow2
trap 'rm -f small.qcow2' EXIT

imagectl doctor
imagectl image sync images.yaml
imagectl image sync images.yaml --dry-run --detailed-exitcode   # 9 if there is drift
imagectl image audit small debian-13
