"""Role assignments across the cloud: ``/v3/role_assignments``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import falcon

from imagectl.contract.identity import PROJECT, USER
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import Invalid
from mockserver.keystone.requests.call import Call, reading
from mockserver.keystone.requests.flags import is_asked_for
from mockserver.keystone.requests.schemas import DOMAIN_ID, Check, Schema
from mockserver.keystone.roles.assignment_names import Names
from mockserver.storage.assignments import list_assignments, list_effective
from mockserver.storage.grants import SYSTEM
from mockserver.storage.projects import subtree_of
from mockserver.storage.repository import Record, fetch
from mockserver.storage.tables import PROJECTS, USERS

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

_TEXT = {"type": "string"}
_QUERY: Schema = {
    "type": "object",
    "properties": {
        "group.id": DOMAIN_ID,
        "role.id": DOMAIN_ID,
        "scope.domain.id": DOMAIN_ID,
        "scope.project.id": DOMAIN_ID,
        "user.id": _TEXT,
    },
    "dependentRequired": {"include_subtree": ["scope.project.id"]},
}
check_query = Check(_QUERY)

_EXCLUSIVE = (
    ("scope.domain.id", "scope.project.id", "Specify a domain or project, not both"),
    ("scope.domain.id", "scope.system", "Specify system or domain, not both"),
    ("scope.project.id", "scope.system", "Specify system or project, not both"),
)


class RoleAssignments:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_query(req.params)
        _check_receiver(req)
        with reading(self._state, req) as call:
            _enforce(call)
            _check_filters(req)
            found = _of_own_domain(call, _find(call))
            names = None
            if is_asked_for(req.get_param("include_names")):
                names = Names(call.db, found)
            query = f"?{req.query_string}" if req.query_string else ""
            link = call.url("role_assignments") + query
            resp.media = {
                "role_assignments": [_show(call, one, names) for one in found],
                "links": {"next": None, "self": link, "previous": None},
            }


def _enforce(call: Call) -> None:
    if not is_asked_for(call.req.get_param("include_subtree")):
        own_id = call.caller.domain_id
        target = {"domain_id": own_id} if own_id else {}
        call.enforce("list_role_assignments", target)
        return
    _ = call.caller
    project_id = call.req.get_param("scope.project.id", default="")
    project = call.find(PROJECT, PROJECTS, project_id)
    call.enforce(
        "list_role_assignments_for_tree",
        {"project": project, "domain_id": project["domain_id"]},
    )


def _check_receiver(req: falcon.Request) -> None:
    """Raise :class:`Invalid` where both a user and a group are asked for.

    Keystone says so with its framework's name for a query.
    """
    if "user.id" in req.params and "group.id" in req.params:
        pairs = parse_qsl(req.query_string, keep_blank_values=True)
        pairs.sort(key=lambda pair: list(req.params).index(pair[0]))
        raise Invalid(
            f"ImmutableMultiDict({pairs}) is valid under each of"
            " {'required': ['group.id']}, {'required': ['user.id']}"
        )


def _check_filters(req: falcon.Request) -> None:
    """Raise :class:`Invalid` for filters that contradict each other."""
    for one, other, message in _EXCLUSIVE:
        if req.get_param(one) and req.get_param(other):
            raise Invalid(message)
    if not is_asked_for(req.get_param("effective")):
        return
    if req.get_param("group.id"):
        raise Invalid(
            "Combining effective and group filter will always result in an empty list."
        )
    if _inherited(req) and req.get_param("scope.domain.id"):
        raise Invalid(
            "Combining effective, domain and inherited filters will always result in an"
            " empty list."
        )


def _inherited(req: falcon.Request) -> bool | None:
    asked = req.get_param("scope.OS-INHERIT:inherited_to")
    return None if asked is None else asked == "projects"


def _find(call: Call) -> list[Record]:
    req = call.req
    who: dict[str, Any] = {
        "user_id": req.get_param("user.id"),
        "role_id": req.get_param("role.id"),
        "inherited": _inherited(req),
    }
    domain_id = req.get_param("scope.domain.id")
    project_ids = _projects(call)
    if is_asked_for(req.get_param("effective")):
        if project_ids is not None:
            call.find(PROJECT, PROJECTS, project_ids[0])
        if who["user_id"]:
            call.find(USER, USERS, who["user_id"])
        return list_effective(
            call.db, **who, domain_id=domain_id, project_ids=project_ids
        )
    who["group_id"] = req.get_param("group.id")
    if req.get_param("scope.system") == "all":
        return list_assignments(call.db, **{**who, "inherited": None}, target=SYSTEM)
    if domain_id is not None:
        return list_assignments(call.db, **who, target="domain", target_ids=[domain_id])
    if project_ids is not None:
        return list_assignments(
            call.db, **who, target="project", target_ids=project_ids
        )
    # the system's stand last, and are never inherited, whatever was asked for
    made = list_assignments(call.db, **who)
    system = list_assignments(call.db, **{**who, "inherited": None}, target=SYSTEM)
    return [one for one in made if one["target"] != SYSTEM] + system


def _projects(call: Call) -> list[str] | None:
    project_id = call.req.get_param("scope.project.id")
    if project_id is None:
        return None
    below: list[Record] = []
    if is_asked_for(call.req.get_param("include_subtree")):
        below = subtree_of(call.db, project_id)
    return [project_id, *(project["id"] for project in below)]


def _of_own_domain(call: Call, found: list[Record]) -> list[Record]:
    """Keep what a caller with a domain's token may know of."""
    own_id = call.caller.domain_id
    if own_id is None:
        return found
    return [one for one in found if _domain_of(call, one) == own_id]


def _domain_of(call: Call, assignment: Record) -> str | None:
    if assignment["target"] != "project":
        return str(assignment["target_id"])
    project = fetch(call.db, PROJECTS, PROJECTS.c.id == assignment["target_id"])
    return None if project is None else project["domain_id"]


def _show(call: Call, one: Record, names: Names | None) -> Record:
    actor, target = one["actor"], one["target"]
    scope: Record = {"system": {"all": True}}
    if target != SYSTEM:
        scope = {target: _name(names, target, one["target_id"])}
    inherited = one["inherited"] or "source" in one
    if inherited:
        scope["OS-INHERIT:inherited_to"] = "projects"
    place = "system"
    if target != SYSTEM:
        place = "{}s/{}".format(*one.get("source", (target, one["target_id"])))
    role_id = one.get("prior_role_id", one["role_id"])
    receiver = f"{actor}s/{one['actor_id']}"
    links = {}
    if "group_id" in one:
        links["membership"] = call.url(f"groups/{one['group_id']}/{receiver}")
        receiver = f"groups/{one['group_id']}"
    path = f"{place}/{receiver}/roles/{role_id}"
    if inherited:
        path = f"OS-INHERIT/{path}/inherited_to_projects"
    links["assignment"] = call.url(path)
    if "prior_role_id" in one:
        prior = f"prior_role/{one['role_id']}/implies/{role_id}"
        links["prior_role"] = call.url(prior)
    return {
        "links": links,
        "scope": scope,
        actor: _name(names, actor, one["actor_id"]),
        "role": _name(names, "role", one["role_id"]),
    }


def _name(names: Names | None, noun: str, identifier: str) -> Record:
    return {"id": identifier} if names is None else names.of(noun, identifier)


ROUTES = (Route("/v3/role_assignments", RoleAssignments),)
