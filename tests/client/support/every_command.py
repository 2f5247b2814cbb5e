"""A session in which every command runs once or more, on a cloud of its own."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

Run = Callable[[list[str]], str]
"""Runs a command line with an output of its own, and returns that."""

SESSION = """
command list
module list
complete
complete --shell none
configuration show
doctor
versions show
catalog list
catalog show image
token issue
token cache list
domain create d1 --description é
domain list
domain show d1
domain set d1 --description é
project create p1 --property k=é
project list
project show p1
project set p1 --tag t
user create u1 --password secret --email é
user list
user show u1
user set u1 --description é
group create g1 --description é
group list
group show g1
group set g1 --description ü
group add user g1 u1
group contains user g1 u1
group remove user g1 u1
role create r1 --description é
role list
role show r1
role set r1 --description ü
role add --user u1 --project p1 r1
role assignment list --names
role remove --user u1 --project p1 r1
implied role create r1 --implied-role reader
implied role list
implied role delete r1 --implied-role reader
region create here --description é
region list
region show here
region set here --description ü
service create volume --name cinder --description é
service list
service show cinder
service set cinder --description ü
endpoint create cinder public http://127.0.0.1:1/é
endpoint list
endpoint show {endpoint list --service cinder}
endpoint set {endpoint list --service cinder} --url http://127.0.0.1:1/ü
endpoint add project {endpoint list --service cinder} p1
endpoint remove project {endpoint list --service cinder} p1
endpoint group create eg {filters}
endpoint group list
endpoint group show eg
endpoint group set eg --name eh
endpoint group add project eh p1
endpoint group remove project eh p1
endpoint group delete eh
endpoint delete {endpoint list --service cinder}
policy create {filters}
policy list
policy show {policy list}
policy set {policy list} --type text/plain
policy delete {policy list}
credential create u1 secret --type cert
credential list
credential show {credential list}
credential set {credential list} --user u1 --type cert --data hush
credential delete {credential list}
application credential create ac --secret s --access-rules {rules}
application credential list
application credential show ac
access rule list
access rule show {access rule list}
application credential delete ac
access rule delete {access rule list}
registered limit create --service glance --default-limit 10 image_count_total
registered limit list
registered limit show {registered limit list}
registered limit set {registered limit list} --default-limit 9
limit create --project p1 --service glance --resource-limit 5 image_count_total
limit list --service glance --project p1
limit show {limit list --service glance --project p1}
limit set {limit list --service glance --project p1} --resource-limit 6
limit delete {limit list --service glance --project p1}
registered limit delete {registered limit list}
image create plain
image create é --file {data} --disk-format raw --property k=é
image upload {data} --disk-format raw
image list
image list -f json
image list -f jsonl
image list -f csv
image list -f value
image list -f yaml
image list --long --fit-width
image show é
image show é -f shell
image show é --fit-width
image show é plain
image set é --property k=ü
image set é --dry-run --property k=ö
image unset é --property k
image tag add é summer
image tag list
image tag remove é summer
image save é --file {folder}/saved
image save é data --directory {folder}/all
image audit é
image copy é --to-region RegionOne
image add project plain p1
image member list plain
image member get plain p1
image member set plain p1 --accept
image remove project plain p1
image create staged --disk-format raw
image stage staged --file {data}
image import staged --method glance-direct --wait
image import info
image stores list
image usage list
image schema show image
image location list é
image location add plain http://127.0.0.1:1/x
image location set plain http://127.0.0.1:1/x --metadata k=v
image location delete plain http://127.0.0.1:1/x
image task create --input {}
image task list
image task show {image task list}
image sync --file {declared}
image deactivate é
image reactivate é
cached image queue é
cached image list
cached image node list é
cached image clean
cached image prune
cached image delete é
cached image clear
image metadef namespace create n1 --description é
image metadef namespace list
image metadef namespace show n1
image metadef namespace set n1 --description ü
image metadef namespace import --file {namespace}
image metadef namespace export n2
image metadef object create o1 --namespace n1 --schema {schema}
image metadef object list n1
image metadef object show n1 o1
image metadef object property show n1 o1 q
image metadef object update n1 o1 --schema {schema}
image metadef object delete n1 o1
image metadef property create n1 --name q1 --title é --type string --schema {}
image metadef property list n1
image metadef property show n1 q1
image metadef property set n1 q1 --title ü
image metadef property delete n1 q1
image metadef resource type list
image metadef resource type association create n1 OS::Glance::Image
image metadef resource type association list n1
image metadef resource type association delete n1 OS::Glance::Image
image metadef tag create n1 t1
image metadef tag list n1
image metadef tag show n1 t1
image metadef tag set n1 t1 --name t2
image metadef tag delete n1 t2
image metadef namespace unset n1 --all-tags
image metadef namespace delete n1 n2
api POST /images -d '{"name": "posted"}'
api GET /images
api DELETE /images/{image list --name plain}
image delete é plain nope
project cleanup --auth-project --auto-approve
service delete cinder
region delete here
role delete r1
group delete g1
user delete u1
project delete p1
domain set d1 --disable
domain delete d1
token revoke {token issue}
token cache clear
--version
--help
help image list
image list --help
image list --columns
nope
image list --nope
image show
user password set --original-password secret --password new-secret
"""
"""The lines are in order. ``{...}`` is a file's name, or the first id of a listing."""

RULES = [{"service": "image", "method": "GET", "path": "/v2/images"}]
OBJECT = {"properties": {"q": {"title": "Q", "type": "string"}}}
NAMESPACE = {"namespace": "n2", "description": "é"}
DECLARED = "images: [{name: synced, file: data.raw, disk_format: raw}]\n"
_WANTED = re.compile(r"\{([a-z][a-z0-9 _-]*)\}")


def write_files(folder: Path) -> dict[str, str]:
    """Write what the session reads; return words by the names in the session."""
    contents = {
        "data": ("data.raw", "x" * 1000),
        "filters": ("filters.json", json.dumps({"interface": "public"})),
        "namespace": ("namespace.json", json.dumps(NAMESPACE)),
        "declared": ("images.yaml", DECLARED),
    }
    for name, text in contents.values():
        (folder / name).write_text(text)
    files = {key: str(folder / name) for key, (name, _) in contents.items()}
    texts = {"schema": json.dumps(OBJECT), "rules": json.dumps(RULES)}
    return {**files, **texts, "folder": str(folder)}


def make_argv(line: str, words: dict[str, str], run: Run) -> list[str]:
    """Return the command line of a line; ``run`` lists what it names by ids."""

    def look_up(found: re.Match[str]) -> str:
        if found[1] in words:
            return words[found[1]]
        column = "id" if found[1] == "token issue" else "ID"
        listed = run([*found[1].split(), "-f", "value", "-c", column])
        return next(iter(listed.split()), "none")

    return [_WANTED.sub(look_up, word) for word in _split(line)]


def _split(line: str) -> list[str]:
    joined = _WANTED.sub(lambda found: found[0].replace(" ", "\0"), line)
    return [word.replace("\0", " ") for word in shlex.split(joined)]
