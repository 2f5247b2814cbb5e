"""Role assignments of the whole cloud: ``/v3/role_assignments``."""

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
        _check_actor(req)
        with reading(self._state, req) as call:
            _enforce(call)
            _check_filters(req)
            found = _in_callers_domain(call, _find(call))
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
    """Enforce the policy; on a tree, its root decides and has to exist."""
    if not is_asked_for(call.req.get_param("include_subtree")):
        own_id = call.caller.domain_id
        target = {"domain_id": own_id} if own_id else {}
        call.enforce("list_role_assignments", target)
        return
    call.authenticate()
    project_id = call.req.get_param("scope.project.id", default="")
    project = call.find(PROJECT, PROJECTS, project_id)
    call.enforce(
        "list_role_assignments_for_tree",
        {"project": project, "domain_id": project["domain_id"]},
    )


def _check_actor(req: falcon.Request) -> None:
    """Raise :class:`Invalid` if both a user and a group are asked for.

    Keystone's message quotes the query as an object of its framework.
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
    if _read_inherited(req) and req.get_param("scope.domain.id"):
        raise Invalid(
            "Combining effective, domain and inherited filters will always result in an"
            " empty list."
        )


def _read_inherited(req: falcon.Request) -> bool | None:
    """Return whether inherited assignments are asked for, None if both kinds are."""
    asked = req.get_param("scope.OS-INHERIT:inherited_to")
    return None if asked is None else asked == "projects"


def _find(call: Call) -> list[Record]:
    """Return the assignments that the query string asks for."""
    req = call.req
    who: dict[str, Any] = {
        "user_id": req.get_param("user.id"),
        "role_id": req.get_param("role.id"),
        "inherited": _read_inherited(req),
    }
    domain_id = req.get_param("scope.domain.id")
    project_ids = _find_projects(call)
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
    # those on the system come last, and the filter "inherited" does not apply to them
    made = list_assignments(call.db, **who)
    system = list_assignments(call.db, **{**who, "inherited": None}, target=SYSTEM)
    return [one for one in made if one["target"] != SYSTEM] + system


def _find_projects(call: Call) -> list[str] | None:
    """Return the ids of the project asked for, and of its subtree if that is wanted."""
    project_id = call.req.get_param("scope.project.id")
    if project_id is None:
        return None
    below: list[Record] = []
    if is_asked_for(call.req.get_param("include_subtree")):
        below = subtree_of(call.db, project_id)
    return [project_id, *(project["id"] for project in below)]


def _in_callers_domain(call: Call, found: list[Record]) -> list[Record]:
    """Return the assignments that the bearer of a token for a domain may see."""
    own_id = call.caller.domain_id
    if own_id is None:
        return found
    return [one for one in found if _domain_of(call, one) == own_id]


def _domain_of(call: Call, assignment: Record) -> str | None:
    """Return the id of the domain of an assignment's project, else of its target."""
    if assignment["target"] != "project":
        return str(assignment["target_id"])
    project = fetch(call.db, PROJECTS, PROJECTS.c.id == assignment["target_id"])
    return None if project is None else project["domain_id"]


def _show(call: Call, assignment: Record, names: Names | None) -> Record:
    """Return an assignment as it is shown.

    Its links lead to what it comes from: see :mod:`mockserver.storage.assignments`.
    """
    actor, target = assignment["actor"], assignment["target"]
    scope: Record = {"system": {"all": True}}
    if target != SYSTEM:
        scope = {target: _name(names, target, assignment["target_id"])}
    inherited = assignment["inherited"] or "source" in assignment
    if inherited:
        scope["OS-INHERIT:inherited_to"] = "projects"
    place = "system"
    if target != SYSTEM:
        place = "{}s/{}".format(
            *assignment.get("source", (target, assignment["target_id"]))
        )
    role_id = assignment.get("prior_role_id", assignment["role_id"])
    holder = f"{actor}s/{assignment['actor_id']}"
    links = {}
    if "group_id" in assignment:
        links["membership"] = call.url(f"groups/{assignment['group_id']}/{holder}")
        holder = f"groups/{assignment['group_id']}"
    path = f"{place}/{holder}/roles/{role_id}"
    if inherited:
        path = f"OS-INHERIT/{path}/inherited_to_projects"
    links["assignment"] = call.url(path)
    if "prior_role_id" in assignment:
        prior = f"prior_role/{assignment['role_id']}/implies/{role_id}"
        links["prior_role"] = call.url(prior)
    return {
        "links": links,
        "scope": scope,
        actor: _name(names, actor, assignment["actor_id"]),
        "role": _name(names, "role", assignment["role_id"]),
    }


def _name(names: Names | None, noun: str, identifier: str) -> Record:
    return {"id": identifier} if names is None else names.describe(noun, identifier)


ROUTES = (Route("/v3/role_assignments", RoleAssignments),)
