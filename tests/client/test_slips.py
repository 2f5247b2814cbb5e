"""Slips: the right word comes first, other services are named, the exit code is 2."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docs.compatibility import DIFFERENCES, HERE, read_differences
from imagectl.slips.commands import answer, find_foreign
from imagectl.slips.distance import distance, find_near
from imagectl.slips.spellings import COMMANDS, FOREIGN_NOUNS, NOUNS, VERBS
from tests.conftest import Run
from tests.robustness.sizes import size
from tests.test_startup import modules_imported_by

pytestmark = pytest.mark.fault(32)
Cases = Callable[[int], None]
RENAMED = read_differences((HERE / DIFFERENCES).read_text()).renamed
GROUPS = json.loads((HERE / "reference-clients.json").read_text())


def suggestions(run: Run, line: str) -> list[str]:
    """Return what the hint offers, in its order."""
    outcome = run(*line.split(" "))
    assert (outcome.exit_code, outcome.out) == (2, ""), outcome
    said, hint = outcome.err.splitlines()
    assert said.startswith("imagectl: ")
    found = re.match(r"hint: did you mean (.*?)\?", hint)
    return found[1].split(", ") if found else [hint.removeprefix("hint: ")]


def assert_first(run: Run, line: str, right: str) -> None:
    offered = suggestions(run, line)
    assert offered[0] == right, (line, offered)
    assert len(offered) <= 3, (line, offered)


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("image lst", "image list"),
        ("image lsit", "image list"),
        ("image lisst --long", "image list"),
        ("image shwo x", "image show"),
        ("image craete x", "image create"),
        ("image uplaod x", "image upload"),
        ("imgae list", "image list"),
        ("imge ls", "image list"),
        ("images list", "image list"),
        ("imagelist", "image list"),
        ("Image List", "image list"),
        ("image_list", "image list"),
        ("list images", "image list"),
        ("craete user bob", "user create"),
        ("ls", "image list"),
        ("download x", "image save"),
        ("image -f json list", "image list"),
        ("usr list", "user list"),
        ("user delte x", "user delete"),
        ("serivce list", "service list"),
        ("role asignment list", "role assignment list"),
        ("image metadef namspace list", "image metadef namespace list"),
        ("image metadef tag rm x", "image metadef tag delete"),
        ("docter", "doctor"),
        ("version", "versions show"),
        ("whoami", "token issue"),
    ],
)
def test_a_misspelt_command_is_answered_with_the_right_one(
    run_anonymous: Run, line: str, right: str
) -> None:
    assert_first(run_anonymous, line, right)


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("image ls", "image list"),
        ("image rm x", "image delete"),
        ("image get x", "image show"),
        ("image describe x", "image show"),
        ("image download x", "image save"),
        ("image pull x", "image save"),
        ("image push x", "image upload"),
        ("image add x", "image create"),
        ("image remove x", "image delete"),
        ("image remove projct x y", "image remove project"),
        ("image rename x", "image set --name"),
        ("image share x y", "image add project"),
        ("user disable x", "user set --disable"),
        ("group inspect x", "group show"),
        ("project edit x", "project set"),
        ("glance image-list", "image list"),
        ("openstack image list", "image list"),
        ("keystone user-list", "user list"),
        ("user-list", "user list"),
        ("tenant-create x", "project create"),
        ("user-role-add", "role add"),
        ("keystone token-get", "token issue"),
        ("keystone user-password-update", "user password set"),
        ("img ls", "image list"),
    ],
)
def test_other_programs_words_are_answered_with_ours(
    run_anonymous: Run, line: str, right: str
) -> None:
    assert_first(run_anonymous, line, right)


def test_every_glance_command_is_answered_with_ours(
    run_anonymous: Run, cases: Cases
) -> None:
    names = [name for name in GROUPS["glance"]["commands"] if "-" in name]
    for name in names:
        ours = RENAMED.get(f"glance {name}", name.replace("-", " "))
        offered = suggestions(run_anonymous, f"glance {name} x")
        assert ours.startswith(offered[0]) or offered[0].startswith(ours), name
    cases(len(names))


def test_every_glance_option_is_answered_with_ours(
    run_anonymous: Run, cases: Cases
) -> None:
    pairs = [
        (theirs.split(" ")[-1], *ours.rsplit(" ", 1))
        for theirs, ours in RENAMED.items()
        if theirs.startswith("glance ")
        and " --" in theirs
        and not ours.endswith(theirs.split(" ")[-1])
        and not theirs.endswith("--prefix")  # which -f shell has
    ]
    for option, command, right in pairs:
        offered = suggestions(run_anonymous, f"{command} {option}=public")
        assert offered[0] in (right, f"{command} {right}"), (option, offered)
    cases(len(pairs))


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("image list --formatt json", "--format"),
        ("image show --fromat=json", "--format"),
        ("image list -format json", "--format"),
        ("image list —long", "--long"),
        ("image list -o json", "-f json"),
        ("image list --output json", "--format json"),
        ("image list --json", "-f json"),
        ("image list --yml", "-f yaml"),
        ("image save x -o y", "--file"),
        ("image save x --out y", "--file"),
        ("image list --visibility private", "--private"),
        ("image list --is-public true", "--public"),
        ("image create x --is-public False", "--private"),
        ("image create x --protected False", "--unprotected"),
        ("image create x --container_format bare", "--container-format"),
        ("image create x --min_disk 3", "--min-disk"),
        ("image create --name x", "<image-name>"),
        ("image show --image x", "<image>"),
        ("image list --long-format", "--long"),
        ("image list --detail", "--long"),
        ("image list --limt 3", "--limit"),
        ("image list ubuntu", "--name ubuntu"),
        ("image list --os-clod x", "--os-cloud"),
        ("image list --cloud x", "--os-cloud"),
        ("--os-clod x image list", "--os-cloud"),
        ("--formatt json image list", "--format"),
        ("user create x --tenant y", "--project"),
        ("user create x --pasword y", "--password"),
        ("image set x --remove-property y", "image unset --property"),
        ("image create x --disk-format qcow", "qcow2"),
        ("image create x --disk-format QCOW2", "qcow2"),
        ("image create x --disk-format vmware", "vmdk"),
        ("image list -f jsno", "json"),
        ("image list -f yml", "yaml"),
        ("image list -f text", "value"),
        ("image list --os-interface publicURL", "public"),
        ("complete --shell bsh", "bash"),
    ],
)
def test_a_misspelt_option_or_value_gets_the_right_one(
    run_anonymous: Run, line: str, right: str
) -> None:
    assert_first(run_anonymous, line, right)


def test_an_option_of_a_command_stands_after_it(run_anonymous: Run) -> None:
    [hint] = suggestions(run_anonymous, "-f json image list")
    assert hint == "it stands after the command: image list -f json"


@pytest.mark.parametrize(
    ("line", "listed"),
    [
        ("image", "image takes: add, audit, copy, create,"),
        ("image metadef tag", "image metadef tag takes: create, delete, list"),
        ("role assignment", "role assignment takes: list"),
        ("image xyzzy", "image takes: add,"),
    ],
)
def test_a_noun_alone_lists_what_may_follow(
    run_anonymous: Run, line: str, listed: str
) -> None:
    assert (
        run_anonymous(*line.split()).err.splitlines()[1].startswith(f"hint: {listed}")
    )


def test_a_misspelt_noun_alone_is_named_with_its_verbs(run_anonymous: Run) -> None:
    for slip in ("imgae", "images", "imag"):
        hint = run_anonymous(slip).err.splitlines()[1]
        assert hint.startswith("hint: did you mean image? image takes: add, audit,")


@pytest.mark.parametrize(
    ("line", "command", "service"),
    [
        ("server list", "server list", "the compute service"),
        ("servers list", "server list", "the compute service"),
        ("sevrer show x", "server show x", "the compute service"),
        ("volume create --size 1 x", "volume create x", "the block storage service"),
        ("floating ip list", "floating ip list", "the network service"),
        ("stack list", "stack list", "the orchestration service"),
        ("nova", "", "the compute service"),
        ("trust list", "trust list", "identity federation and delegation"),
        ("quota show", "quota show", "other services"),
    ],
)
def test_what_is_of_another_service_is_said_so(
    run_anonymous: Run, line: str, command: str, service: str
) -> None:
    outcome = run_anonymous(*line.split())
    said, hint = outcome.err.splitlines()
    assert (outcome.exit_code, outcome.out) == (2, "")
    assert f"' belongs to {service}; " in said
    assert hint.startswith(f"hint: use openstack {command.partition(' ')[0]}".rstrip())


def test_no_noun_of_another_service_leads_to_one_of_ours(
    cases: Cases,
) -> None:
    nouns = [noun for nouns in FOREIGN_NOUNS.values() for noun in nouns]
    for noun in nouns:
        hint = answer([*noun.split(), "list"], our_names()).hint
        assert hint == f"use openstack {noun} list"
    assert {"server", "volume", "network", "container", "stack"} <= {*nouns}
    cases(len(nouns))


def our_names() -> list[str]:
    from docs.commands import described_commands

    return [command.name for command in described_commands()]


def test_synonyms_lead_to_commands_that_there_are() -> None:
    names = our_names()
    words = {word for name in names for word in name.split()}
    for ours in COMMANDS.values():
        assert ours.partition(" --")[0].rstrip(",") in names
    for ours in NOUNS.values():
        assert any(name.startswith(f"{ours} ") for name in names)
    for verbs in VERBS.values():
        assert {verb.split()[0] for verb in verbs} <= words
    assert not any(find_foreign(name.split(), names) for name in names)


def test_one_slip_in_any_command_is_answered_with_it(
    run_anonymous: Run, cases: Cases
) -> None:
    tried = 0
    for name in our_names()[:: size(12, 1)]:
        rest = name.partition(" ")[2]
        last = name.rpartition(" ")[2]
        is_operand = name.rpartition(" ")[0] in our_names()  # image import INFO
        if len(last) < 4 or not rest or is_operand:
            continue
        swapped = f"{last[:-2]}{last[-1]}{last[-2]}"
        slips = {f"{name[: -len(last)]}{last[:-2]}{last[-1]}", f"{name}{last[-1]}"}
        if last[-1] != last[-2]:
            slips.add(f"{name[: -len(last)]}{swapped}")
        for slip in slips:
            hint = " ".join(suggestions(run_anonymous, slip))
            assert hint.startswith(name) or f" {last}" in hint, (slip, hint)
            tried += 1
    cases(tried)


def test_near_names_are_named_before_all_of_them(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_first(run, "image list -c Nmae", "Name")
    file = home / "images.yaml"
    file.write_text("images:\n- {name: x, file: y, disk_fromat: raw}\n")
    assert_first(run, f"image sync --file {file}", "disk_format")
    file.write_text("clouds: {production: {auth: {}}, staging: {auth: {}}}\n")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    assert_first(run, "--os-cloud prodution image list", "production")


@given(st.lists(st.text("aeilmgstr -_\x1b", max_size=9), min_size=1, max_size=4))
@settings(max_examples=size(30, 1000), deadline=None, database=None)
def check_any_words(words: list[str]) -> None:
    found = answer(words, our_names())
    assert found.message
    assert len(found.hint.split("?")[0].split(", ")) <= 3 or "takes: " in found.hint


def test_whatever_is_typed_gets_an_answer(cases: Cases) -> None:
    check_any_words()
    cases(size(30, 1000))


@pytest.mark.parametrize("argv", [[""], ["image", ""], ["-"], ["--"], ["image", "-"]])
def test_odd_words_are_refused_in_two_lines(
    run_anonymous: Run, argv: list[str]
) -> None:
    outcome = run_anonymous(*argv)
    assert (outcome.exit_code, outcome.out) == (2, "")
    assert len(outcome.err.splitlines()) == 2


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("list", "list", 0), ("lst", "list", 1), ("lsit", "list", 1), ("", "abc", 3)],
)
def test_the_distance_counts_slips(one: str, other: str, slips: int) -> None:
    assert distance(one, other) == slips


def test_what_is_far_from_everything_gets_no_guess(run_anonymous: Run) -> None:
    assert find_near("xyzzy", ["list", "set"]) == []
    assert suggestions(run_anonymous, "xyzzy plugh") == ["see imagectl --help"]


def test_slips_are_imported_after_one_only() -> None:
    assert "imagectl.slips" not in modules_imported_by("image", "list", "--help")
    assert "imagectl.slips.commands" in modules_imported_by("image", "lst")


def test_a_word_of_any_length_is_answered_at_once(
    run_anonymous: Run, cases: Cases
) -> None:
    long = "a" * 100_000
    for line in (
        long,
        f"image {long}",
        f"image list --{long}",
        f"image list -f {long}",
    ):
        outcome = run_anonymous(*line.split(" "))
        assert outcome.exit_code == 2
        assert len(outcome.err) < 5000
        cases(1)


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("image help", "help image"),
        ("image help list", "help image list"),
        ("list help image", "help list image"),
        ("image member add x y", "image add project"),
        ("image member delete x y", "image remove project"),
        ("image member rm x y", "image remove project"),
        ("image tag create x y", "image tag add"),
        ("image tag rm x y", "image tag remove"),
        ("image activate x", "image reactivate"),
        ("image protect x", "image set --protected"),
        ("image unhide x", "image set --unhidden"),
        ("image mv x y", "image set --name"),
        ("role grant admin", "role add"),
        ("role revoke admin", "role remove"),
        ("group members g", "user list --group"),
        ("group user add g u", "group add user"),
        ("user projects u", "project list --user"),
        ("auth login", "token issue"),
        ("configure list", "configuration show"),
        ("iam list-users", "user list"),
        ("ec2 describe-images", "image list"),
        ("help exit", "help exit-codes"),
        ("help enviroment", "help environment"),
        ("--hlep", "--help"),
        ("--helpp image list", "--help"),
        ("-help", "--help"),
        ("-V", "--version"),
        ("image list help", "--help"),
        ("image list -ojson", "-f json"),
        ("image list --visibility all", "--all"),
        ("image list --owners self", "--project"),
        ("image list --reverse", "--sort-descending"),
        ("image create x -f raw", "--disk-format raw"),
        ("image create x --format qcow2", "--disk-format qcow2"),
        ("image set x --public=false", "--private"),
        ("image set x --protected=no", "--unprotected"),
        ("user set bob --enabled false", "--disable"),
        ("user set bob --enabled=false", "--disable"),
        ("user set bob --disabled", "--disable"),
        ("user set bob --disabled no", "--enable"),
        ("complete fish", "--shell fish"),
        ("image delete --force x", "leave --force out: nothing is asked"),
        ("user delete -y x", "leave -y out: nothing is asked"),
    ],
)
def test_what_other_programs_say_in_other_places_is_understood(
    run_anonymous: Run, line: str, right: str
) -> None:
    assert_first(run_anonymous, line, right)


@pytest.mark.parametrize("line", ["image tag x y", "image metadef x", "cached image x"])
def test_a_longer_noun_lists_its_own_verbs(run_anonymous: Run, line: str) -> None:
    noun = " ".join(line.split()[:2])
    assert f"hint: {noun} takes: " in run_anonymous(*line.split()).err


SECRET = "h-Unter.2$"


@pytest.mark.fault(24)
@pytest.mark.parametrize(
    "line",
    [
        "user crate bob --password S",
        "user crate bob --passwd=S",
        "user create bob --pasword S",
        "user create bob --password-prompt=S",
        "--password S user create bob",
        "--secret=S application credential create ac",
        "--os-passwrd=S image list",
        "--os-tokn S image list",
        "nova list --os-password S",
        "server craete x --admin-pass S",
        "user password set --old-password S --original-pasword S",
        "aplication credential creat ac --secret S",
        "credential creat bob --blob S",
        "image lsit x --otp S",
        "image craete x --property admin_pass=S",
        "image craete x password=S",
        "image list --os-passcode S --headr X-Auth-Token:S",
        "image craete x --uri https://bob:S@h/x",
        "image create x --file https://bob:S@h/x",
        "configuration show --os-auth-url http://bob:S@h/v3 --os-username a",
        "token revok gAAAAABS1234567890123 --x",
        "token revoke x gAAAAABS1234567890123",
    ],
)
def test_no_message_about_a_command_line_repeats_its_secrets(
    run_anonymous: Run, line: str
) -> None:
    secret = SECRET.replace("$", "") if "gAAAA" in line else SECRET
    outcome = run_anonymous(*line.replace("S", secret).split(" "))
    assert secret not in outcome.out + outcome.err, outcome
    assert outcome.exit_code == 2 or line.startswith("configuration")


@pytest.mark.parametrize("secret", ["o", "image", "list", "***", "did you mean"])
def test_a_secret_that_is_a_common_word_spoils_no_hint(
    run_anonymous: Run, secret: str
) -> None:
    outcome = run_anonymous("image", "lsit", "--password", secret)
    said, hint = outcome.err.splitlines()
    assert said.startswith("imagectl: 'image lsit --password ***")
    assert hint.startswith("hint: did you mean image list")
