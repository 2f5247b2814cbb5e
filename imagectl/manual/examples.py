"""Examples of commands: what each does, and how it is typed."""

from __future__ import annotations

from collections.abc import Mapping

Example = tuple[str, str]
"""What it does, and the command line without the program's name."""

EXAMPLES: Mapping[str, tuple[Example, ...]] = {
    "api": (
        ("Ask the image service for its stores", "api GET /v2/info/stores"),
        (
            "Change a record by a request of your own",
            """api PATCH /v3/users/42 -d '{"user": {"email": "a@example.org"}}'""",
        ),
    ),
    "application credential create": (
        (
            "Let a script upload images without your password",
            "application credential create uploads --role member",
        ),
        (
            "One that ends by itself",
            "application credential create ci --expiration 2030-01-01T00:00:00",
        ),
    ),
    "application credential delete": (
        ("Take one away", "application credential delete uploads"),
    ),
    "cached image queue": (
        ("Fetch an image into the cache", "cached image queue debian"),
    ),
    "catalog list": (("Where each service is", "catalog list"),),
    "complete": (
        ("For bash; source this file in ~/.bashrc", "complete > ~/.imagectl.bash"),
        (
            "For fish, at each start",
            "complete --shell fish > ~/.config/fish/completions/imagectl.fish",
        ),
    ),
    "configuration show": (
        ("What is set, with the secrets hidden", "configuration show"),
    ),
    "doctor": (
        ("What is wrong, and what to do", "doctor"),
        ("For a monitor", "--os-cloud prod doctor -f json"),
    ),
    "domain create": (("A domain of its own for a customer", "domain create acme"),),
    "endpoint create": (
        (
            "Say where the image service is",
            "endpoint create image public https://image.example.org --region one",
        ),
    ),
    "endpoint list": (("Those of the image service", "endpoint list --service image"),),
    "group add user": (("Put two users into a group", "group add user ops ann bob"),),
    "group create": (("A group", "group create ops --description 'On call'"),),
    "image add project": (
        (
            "Share an image; the project then accepts it",
            "image add project debian acme",
        ),
    ),
    "image audit": (
        ("Read all stored data again, and say what is damaged", "image audit"),
        ("One image", "image audit debian"),
    ),
    "image copy": (
        ("To another cloud of clouds.yaml", "image copy 'debian-*' --to-cloud backup"),
        (
            "To another region, three at once",
            "image copy --all --to-region two --jobs 3",
        ),
    ),
    "image create": (
        ("Store a file; its format is found out", "image create debian --file d.qcow2"),
        (
            "For everybody, with properties and a tag",
            "image create debian --file d.qcow2 --public --property os_distro=debian"
            " --tag lts",
        ),
        (
            "Let the service fetch it",
            "image create debian --uri https://example.org/d.qcow2"
            " --disk-format qcow2 --wait",
        ),
    ),
    "image deactivate": (("Let nobody fetch its data for now", "image deactivate x"),),
    "image delete": (
        ("Two images", "image delete debian-11 debian-12"),
        ("See first what would be done", "image delete debian-11 --dry-run"),
    ),
    "image import": (
        ("What was staged", "image import debian --method glance-direct --wait"),
    ),
    "image list": (
        ("The newest first", "image list --sort created_at:desc"),
        ("Ids alone, for a script", "image list --public -f value -c ID"),
        ("Those with a property", "image list --property os_distro=debian --long"),
    ),
    "image location add": (
        (
            "Data that a web server has",
            "image location add x https://example.org/x.raw",
        ),
    ),
    "image member list": (
        ("With whom it is shared, and who accepted", "image member list debian"),
    ),
    "image member set": (("Accept an image", "image member set debian --accept"),),
    "image metadef namespace create": (
        ("A namespace of definitions", "image metadef namespace create Acme::Disk"),
    ),
    "image metadef namespace export": (
        ("Keep it in a file", "image metadef namespace export Acme::Disk"),
    ),
    "image reactivate": (("Let its data be fetched again", "image reactivate x"),),
    "image remove project": (
        ("Share it no longer", "image remove project debian acme"),
    ),
    "image save": (
        ("Into a file, verified", "image save debian --file debian.qcow2"),
        ("Go on after an interruption", "image save debian --file d.qcow2 --continue"),
        ("All of them, four at once", "image save --all --directory images --jobs 4"),
    ),
    "image set": (
        ("Rename it", "image set debian --name debian-12"),
        ("Properties and visibility", "image set debian --property a=b --community"),
        ("Give a queued image its data", "image set debian --file debian.qcow2"),
    ),
    "image show": (
        ("One value, for a script", "image show debian -f value -c status"),
        ("Everything that is known", "image show debian -f json"),
    ),
    "image stage": (("Send data to be imported", "image stage x --file x.qcow2"),),
    "image sync": (
        ("What would be done", "image sync images.yaml --dry-run"),
        (
            "Do it, and delete what is no longer declared",
            "image sync images.yaml --prune",
        ),
        (
            "Has the cloud drifted from the file? Exit code 9 says so",
            "image sync images.yaml --dry-run --detailed-exitcode",
        ),
    ),
    "image tag add": (("A tag", "image tag add debian lts"),),
    "image task list": (
        ("What is being imported", "image task list --status processing"),
    ),
    "image unset": (
        ("Take a property and a tag away", "image unset x --property a --tag lts"),
    ),
    "image upload": (
        (
            "Every file of a folder, three at once",
            "image upload a.qcow2 b.iso --jobs 3",
        ),
    ),
    "limit create": (
        (
            "A thousand MiB of images for a project",
            "limit create --project acme --service image --resource-limit 1000"
            " image_size_total",
        ),
    ),
    "project cleanup": (
        ("What it would delete", "project cleanup --project acme --dry-run"),
    ),
    "project create": (
        ("A project", "project create acme --description 'Images of Acme'"),
        ("Or the one that there is", "project create acme --or-show"),
    ),
    "project list": (("Those of a user", "project list --user ann"),),
    "project set": (("Turn it off", "project set acme --disable"),),
    "role add": (
        ("Let a user work in a project", "role add --user ann --project acme member"),
        ("Let a group read everything", "role add --group ops --system all reader"),
    ),
    "role assignment list": (
        (
            "Who may do what in a project, by name",
            "role assignment list --project acme --names",
        ),
    ),
    "role remove": (("Take it back", "role remove --user ann --project acme member"),),
    "service create": (("The image service", "service create image --name glance"),),
    "token issue": (("A token for curl", "token issue -f value -c id"),),
    "token revoke": (("End one", "token revoke gAAAAAB..."),),
    "user create": (
        (
            "A user, with the password asked for",
            "user create ann --project acme --password-prompt",
        ),
    ),
    "user list": (("Those of a project", "user list --project acme"),),
    "user password set": (("Your own", "user password set"),),
    "user set": (("Turn a user off", "user set ann --disable"),),
}
"""By command, the examples that its help ends with."""


def spell_examples(command: str, program: str) -> str:
    """Return the examples of a command as its help shows them, "" if it has none."""
    examples = EXAMPLES.get(command, ())
    shown = (f"  # {purpose}\n  {program} {line}" for purpose, line in examples)
    return "\n".join(["examples:", *shown]) if examples else ""
