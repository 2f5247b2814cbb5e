"""The overview that ``imagectl --help`` prints: it fits a screen."""

from __future__ import annotations

OVERVIEW = """\
usage: imagectl [<option>...] <command> [<argument>...]

Images of an OpenStack cloud, and the identities around them.

Images
  image list, show               what there is
  image create, upload           store a file's data as an image; several files
  image save, copy               to a file, or straight to another cloud
  image set, unset, delete       change, take away
  image sync                     make images be what a file declares
  image import, stage, location  data that the service fetches, or has already
  image add project, remove project, member      share with projects
  image audit, tag, task, metadef, stores, ...   `imagectl help image` has all
  cached image                   the image service's cache

Identities and rights
  user, group, project, domain   list, show, create, set, delete
  role, role assignment, implied role, policy    who may do what
  application credential, credential, access rule, token    to sign in with
  service, endpoint, region, catalog             where the services are
  limit, registered limit        limits of resources

This program
  doctor                         what is wrong with the settings, and what to do
  configuration, versions, module, command       what is set, and what there is
  api                            any request, signed in
  complete                       completion for bash, zsh and fish
  help                           help <command>, help <topic>

Options of every command
  --os-cloud <cloud>             a cloud of clouds.yaml; or OS_* variables
  -f json, -c <column>           what is printed, and how (after the command)
  --dry-run                      print what would change something, send nothing
  -v, --debug, -q                a line for each request; all of it; no progress
  -h, --help                     this, or the help of a command

Examples
  imagectl image create debian --file debian.qcow2 --public
  imagectl --os-cloud prod image list --sort created_at:desc -f json
  imagectl image save debian --file copy.qcow2

More: imagectl help <command>; help --all
      imagectl help {topics}
"""
