"""Command lines that make, find, change and delete a record by one name."""

from __future__ import annotations

from dataclasses import dataclass

from tests.contract.support.naming_arguments import TEXT


@dataclass(frozen=True)
class Life:
    """The arguments of each command after its noun.

    ``operand`` names the record to ``show``, ``change`` (the verb and its options) and
    ``delete``. ``filters`` are listings that find it and nothing else.
    """

    noun: str
    create: str
    change: str = "set --description=changed"
    operand: str = TEXT
    name_key: str = "name"
    filters: tuple[str, ...] = ()
    is_for_real: bool = False

    def argv(self, verb: str, text: str, namespace: str) -> list[str]:
        line = {
            "create": f"create -f json {self.create}",
            "show": f"show -f json -- {self.operand}",
            "change": f"{self.change} -- {self.operand}",
            "delete": f"delete -- {self.operand}",
        }.get(verb, f"{verb} -f json")
        words = f"{self.noun} {line}".replace("{ns}", namespace).split()
        return [word.replace(TEXT, text) for word in words]


PART = f"{{ns}} {TEXT}"
LIVES = (
    Life(
        "image",
        f"--tag={TEXT} --property=key={TEXT} -- {TEXT}",
        "set --min-disk=3",
        filters=(
            f"list --name={TEXT}",
            f"list --tag={TEXT}",
            f"list --property=key={TEXT}",
            f"list --property=name={TEXT} --sort=size:desc",
        ),
    ),
    Life("project", f"-- {TEXT}"),
    Life("user", f"--password=secret -- {TEXT}"),
    Life("group", f"-- {TEXT}"),
    Life("role", f"-- {TEXT}"),
    Life(
        "domain",
        f"--disable -- {TEXT}",
        filters=(f"list --name={TEXT}",),
    ),
    Life("service", f"--name={TEXT} -- {{ns}}"),
    Life("service", f"-- {TEXT}", name_key="type"),
    Life("region", f"-- {TEXT}", name_key="region"),
    Life("endpoint group", f"-- {TEXT} {{filters}}", is_for_real=True),
    Life("application credential", f"-- {TEXT}", "", name_key="Name"),
    Life("image metadef namespace", f"-- {TEXT}", name_key="namespace"),
    Life(
        "image metadef object",
        f"--namespace={{ns}} -- {TEXT}",
        'update --schema={"description":"changed"}',
        PART,
    ),
    Life(
        "image metadef property",
        f"--name={TEXT} --title=a --type=string --schema={{}} -- {{ns}}",
        "set --title=changed",
        PART,
    ),
    Life("image metadef tag", f"-- {PART}", "", PART),
)
