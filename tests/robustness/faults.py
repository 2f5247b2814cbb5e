"""The faults found in the field: a number each, by kind."""

from __future__ import annotations

KINDS = {
    "K1": "The wrong target",
    "K2": "What was done is reported as failed, or the reverse",
    "K3": "Data that is not what it seems",
    "K4": "Python and library noise in place of one line",
    "K5": "Security",
    "K6": "The mock as a process",
    "K7": "Hints and slips",
    "K8": "Papercuts",
}

FAULTS: dict[str, dict[int | str, str]] = {
    "K1": {
        1: "inside `mockserver run`, the caller's cloud or proxy is still in sight",
        2: "`mockserver env` without a server leaves the caller's cloud in place",
        3: "a ready file of a cloud that is gone is believed",
        4: "a name, id or value is read as query syntax",
        5: "a filter that clashes with a request parameter is lost",
        6: "an empty argument counts as not given",
    },
    "K2": {
        7: "output that cannot be written changes what is reported",
        8: "`image save` of several images writes two to one file",
        9: "a refused sign-in is reported as something else",
        10: "an image without hashes is saved without a word",
    },
    "K3": {
        11: "web pages, archives and compressed files are stored as `raw`",
        12: "data that Glance refuses is sent whole before it is refused",
        13: "data sent to an existing or imported image gets the wrong format",
        14: "the mock takes a hybrid ISO for `raw`",
    },
    "K4": {
        15: "bad configuration, arguments or early signals end in Python noise",
        16: "hostile answers end in exceptions, in gigabytes or never",
        17: "a damaged token cache or part file stops a command",
    },
    "K5": {
        18: "completion imports modules of the working directory",
        19: "a saved file leaves its directory or replaces a user's file",
        20: "a sign-in is sent again to another scheme, host or port",
        21: "a token got with `--insecure` is used with verification on",
        22: "error pages take quadratic time; escapes reach the terminal",
        23: "`image sync`: alias bombs, `.netrc` and devices",
        24: "secrets in logs; names in `-f shell` that are no identifiers",
        25: "the mock takes hostile requests for good ones, or answers 500",
        26: "reads that could be tried again are not",
    },
    "K6": {
        27: "a killed mock leaves files and images behind; two share a folder",
        28: "a start that fails is a traceback, or leaves something",
        29: "addresses in answers are those of the container",
        30: "request ids, service tokens and revocation differ from the services",
        31: "the distribution is named as a stranger's package",
    },
    "K7": {
        32: "a slip is answered with wrong words, or none",
        33: "completion offers options where values belong",
        34: "differences from `openstack` that no page lists",
        35: "images that a listing shows are not found by name",
    },
    "K8": {
        "P18": "sizes in three notations",
        "P19": "one bar for several files, without names",
        "P20": "`image sync -f` is not the output format",
        "P21": "`image sync --dry-run` exits alike with and without changes",
        "P22": "the page of differences has a broken table",
        "P23": "sentences of help run together",
        "P24": "help without examples, and too long an overview",
        "P25": "`--quiet` prints tables",
        "P26": "hints at TLS errors that do not help",
        "P27": "an auth URL that is Glance gets the wrong reason",
        "P28": "a broken clouds.yaml is told twice",
        "P29": "doctor without formats and exit codes; columns of `configuration show`",
        "P30": "`project cleanup` at end of input exits 0; notes without prefix",
        "P31": "wide listings; the interactive mode forgets and floods",
        "P32": "the commands that drive a mock: units, messages, needs",
        "P33": "packaging: metadata, and what the source archive holds",
        "P34": "what a contributor looks for and does not find",
        "P35": "examples that do not run",
    },
}
