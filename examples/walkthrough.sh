#!/bin/sh
# The install guide's steps for the Image service, from its user to a verified image.
#
#   mockserver run --seed bare -- sh examples/walkthrough.sh
#
# runs them against a cloud that does not know its Image service yet, as the guide
# finds it. On a cloud of your own, source its credentials and say where Glance
# listens: IMAGE_URL=http://controller:9292 sh examples/walkthrough.sh
set -eu

here=$(dirname "$0")
python=${PYTHON:-python3}
url=${IMAGE_URL:-${MOCKSERVER_IMAGE_URL:?set IMAGE_URL to where Glance listens}}
: "${OS_AUTH_URL:?source your credentials first}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

step() {
    printf '\n$ %s\n' "$*"
    "$@"
}

printf '\n$ imagectl user create --domain default --password-prompt glance\n'
printf 'secret\nsecret\n' |
    imagectl user create --domain default --password-prompt glance
step imagectl role add --project service --user glance admin
step imagectl service create --name glance --description "OpenStack Image" image
for interface in public internal admin; do
    step imagectl endpoint create --region RegionOne image "$interface" "$url"
done

"$python" "$here/make_qcow2.py" "$work/small.qcow2"
step imagectl image create small --file "$work/small.qcow2" \
    --disk-format qcow2 --container-format bare --public
step imagectl image list
step imagectl image save small --file "$work/saved.qcow2"
step cmp "$work/small.qcow2" "$work/saved.qcow2"
printf '\nThe saved image is the one that was uploaded, byte for byte.\n'
