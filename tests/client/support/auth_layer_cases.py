"""Cases of precedence among file, vendor profile, region, variable and option."""

from __future__ import annotations

from tests.client.support.auth_cases import (
    HOME_FILE,
    ONE_CLOUD,
    RED,
    REGIONS,
    TWO_CLOUDS,
    VARIABLES,
    Case,
)

SECURE = "home/.config/openstack/secure.yaml"
VENDOR_FILE = "home/.config/openstack/clouds-public.yaml"
FULL = """
clouds:
  full:
    auth: {auth_url: "http://f/v3", username: f, password: f, project_name: f}
    verify: false
    cacert: /file.pem
    cert: /file.crt
    key: /file.key
    interface: internal
    image_interface: admin
    region_name: R1
    image_region_name: R2
    image_api_version: 2.9
    identity_api_version: 3
    image_endpoint_override: http://file-images
"""
VENDOR_REGIONS = """
public-clouds:
  acme:
    auth: {auth_url: "https://{region_name}.acme/v3"}
    regions: [A, B]
    image_api_version: 2
"""
FULL_READ = {
    "auth": {
        "auth_url": "http://f/v3",
        "username": "f",
        "password": "f",
        "project_name": "f",
        "user_domain_id": "default",
        "project_domain_id": "default",
    },
    "region": "R2",
    "interfaces": ["admin"],
    "verify": False,
    "cert": ["/file.crt", "/file.key"],
    "image_url": "http://file-images",
    "image_version": "2.9",
}
OF_VENDOR = """
clouds: {v: {profile: acme, auth: {user_id: u, password: p, project_id: p}}}
"""
OF_NOBODY = "clouds: {v: {profile: nobody, auth: {user_id: u}, region_name: X}}"
INTERFACES = """
clouds: {r: {image_interface: [internal, public], auth: {user_id: u}}}
"""
DASHES = """
clouds:
  r:
    image-endpoint-override: http://dash
    region-name: D
    auth: {user-id: u, auth-url: http://d}
"""
LAYER_CASES = [
    Case(
        "every connection setting of a file counts",
        files={HOME_FILE: FULL},
        argv=("--os-cloud", "full"),
        expected=FULL_READ,
    ),
    Case(
        "--verify wins over a file",
        files={HOME_FILE: FULL},
        argv=("--os-cloud", "full", "--verify"),
        expected=FULL_READ | {"verify": "/file.pem"},
    ),
    Case(
        "a variable's CA does not make a file verify",
        files={HOME_FILE: FULL},
        environ={"OS_CACERT": "/v.pem"},
        argv=("--os-cloud", "full"),
        expected=FULL_READ,
    ),
    Case(
        "an option's CA",
        files={HOME_FILE: FULL},
        argv=("--os-cloud", "full", "--os-cacert", "/o.pem"),
        expected=FULL_READ,
    ),
    Case(
        "an option's certificate goes with a file's key",
        files={HOME_FILE: FULL},
        argv=("--os-cloud", "full", "--os-cert", "/o.crt"),
        expected=FULL_READ | {"cert": ["/o.crt", "/file.key"]},
    ),
    Case(
        "an option's interface and a service's own",
        files={HOME_FILE: FULL},
        argv=("--os-cloud", "full", "--os-interface", "public"),
        expected=FULL_READ,
    ),
    Case(
        "a region of the option and a service's own",
        files={HOME_FILE: FULL},
        argv=("--os-cloud", "full", "--os-region-name", "R1"),
        expected=FULL_READ,
    ),
    Case(
        "a variable's API version wins over a file's",
        files={HOME_FILE: FULL},
        environ={"OS_IMAGE_API_VERSION": "2.5"},
        argv=("--os-cloud", "full"),
        expected=FULL_READ | {"image_version": "2.5"},
    ),
    Case(
        "an option's API version wins over all",
        files={HOME_FILE: FULL},
        environ={"OS_IMAGE_API_VERSION": "2.5"},
        argv=("--os-cloud", "full", "--os-image-api-version", "2"),
        expected=FULL_READ | {"image_version": "2"},
    ),
    Case(
        "insecure in a file wins over verify",
        files={HOME_FILE: "clouds: {s: {verify: true, insecure: true}}"},
        expected={"verify": False},
    ),
    Case(
        "a CA alone in a file",
        files={HOME_FILE: "clouds: {s: {cacert: ~/ca.pem}}"},
        expected={"verify": "~/ca.pem"},
    ),
    Case(
        "a key without a certificate is none",
        files={HOME_FILE: "clouds: {s: {key: /k}}"},
    ),
    Case(
        "a vendor's regions are the cloud's",
        files={
            HOME_FILE: OF_VENDOR,
            VENDOR_FILE: VENDOR_REGIONS,
        },
        expected={
            "auth": {
                "auth_url": "https://A.acme/v3",
                "project_id": "p",
                "user_id": "u",
                "password": "p",
            },
            "region": "A",
            "image_version": "2",
        },
    ),
    Case(
        "one of a vendor's regions is chosen",
        files={
            HOME_FILE: OF_VENDOR,
            VENDOR_FILE: VENDOR_REGIONS,
        },
        argv=("--os-region-name", "B"),
        expected={
            "auth": {
                "auth_url": "https://B.acme/v3",
                "project_id": "p",
                "user_id": "u",
                "password": "p",
            },
            "region": "B",
            "image_version": "2",
        },
    ),
    Case(
        "cloud is the older name of profile",
        files={
            HOME_FILE: "clouds: {v: {cloud: acme, auth: {user_id: u}}}",
            VENDOR_FILE: VENDOR_REGIONS,
        },
        expected={
            "auth": {"auth_url": "https://A.acme/v3", "user_id": "u"},
            "region": "A",
            "image_version": "2",
        },
    ),
    Case(
        "an unknown vendor is passed over",
        files={HOME_FILE: OF_NOBODY},
        expected={"auth": {"user_id": "u"}, "region": "X"},
    ),
    Case(
        "secure.yaml may add a cloud",
        files={
            HOME_FILE: "clouds: {a: {region_name: A}}",
            SECURE: "clouds: {b: {region_name: B, auth: {user_id: s}}}",
        },
        argv=("--os-cloud", "b"),
        expected={"auth": {"user_id": "s"}, "region": "B"},
    ),
    Case(
        "secure.yaml has a vendor's profile",
        files={
            HOME_FILE: "clouds: {v: {region_name: A}}",
            SECURE: "clouds: {v: {profile: acme}}",
            VENDOR_FILE: VENDOR_REGIONS.replace("regions: [A, B]", "interface: admin"),
        },
        expected={
            "auth": {"auth_url": "https://A.acme/v3"},
            "region": "A",
            "interfaces": ["admin"],
            "image_version": "2",
        },
    ),
    Case(
        "a named file that is missing is passed over",
        files={HOME_FILE: ONE_CLOUD},
        environ={"OS_CLIENT_CONFIG_FILE": "{dir}/nope.yaml"},
        expected={
            "auth": {
                "auth_url": "http://only/v3",
                "project_name": "op",
                "username": "olga",
                "password": "o",
                "user_domain_id": "default",
                "project_domain_id": "default",
            },
            "image_url": "http://images:9292",
        },
    ),
    Case(
        "a region's variable counts beside the named cloud",
        files={HOME_FILE: REGIONS},
        environ={"OS_CLOUD": "wide", "OS_REGION_NAME": "West"},
        expected={
            "auth": {
                "auth_url": "https://West.example.org/v3",
                "project_name": "w",
                "username": "w",
                "password": "w",
                "user_domain_id": "default",
                "project_domain_id": "default",
            },
            "region": "West",
        },
    ),
    Case(
        "the option wins over a region's variable",
        files={HOME_FILE: REGIONS},
        environ={"OS_CLOUD": "wide", "OS_REGION_NAME": "West"},
        argv=("--os-region-name", "East"),
        expected={
            "auth": {
                "auth_url": "https://East.example.org/v3",
                "project_name": "east-project",
                "username": "w",
                "password": "w",
                "user_domain_id": "default",
                "project_domain_id": "default",
            },
            "region": "East",
            "image_url": "http://East.images",
        },
    ),
    Case(
        "a token and its scope",
        files={},
        environ={
            "OS_AUTH_TYPE": "v3token",
            "OS_TOKEN": "t",
            "OS_AUTH_URL": "http://env/v3",
            "OS_PROJECT_ID": "p",
        },
        expected={
            "auth_type": "v3token",
            "auth": {"auth_url": "http://env/v3", "project_id": "p", "token": "t"},
        },
    ),
    Case(
        "an option's password wins over secure.yaml",
        files={
            HOME_FILE: TWO_CLOUDS,
            SECURE: "clouds: {red: {auth: {password: hush}}}",
        },
        argv=("--os-cloud", "red", "--os-password", "opt"),
        expected={
            "auth": RED | {"password": "opt"},
            "region": "North",
            "interfaces": ["internal"],
        },
    ),
    Case(
        "a variable's password wins over secure.yaml",
        files={
            HOME_FILE: TWO_CLOUDS,
            SECURE: "clouds: {red: {auth: {password: hush}}}",
        },
        environ={"OS_PASSWORD": "env"},
        argv=("--os-cloud", "red"),
        expected={
            "auth": RED | {"password": "env"},
            "region": "North",
            "interfaces": ["internal"],
        },
    ),
    Case(
        "the cloud of the variables has a name",
        files={HOME_FILE: ONE_CLOUD},
        environ=VARIABLES | {"OS_CLOUD_NAME": "mine", "OS_CLOUD": "mine"},
        expected={
            "auth": {
                "auth_url": "http://env/v3",
                "project_name": "ep",
                "username": "eve",
                "password": "e",
                "user_domain_id": "default",
                "project_domain_id": "default",
            }
        },
    ),
    Case(
        "an empty variable is none",
        files={},
        environ=VARIABLES | {"OS_REGION_NAME": "", "OS_CACERT": ""},
        expected={
            "auth": {
                "auth_url": "http://env/v3",
                "project_name": "ep",
                "username": "eve",
                "password": "e",
                "user_domain_id": "default",
                "project_domain_id": "default",
            }
        },
    ),
    Case(
        "regions as a comma list",
        files={HOME_FILE: "clouds: {r: {region_name: 'A,B', auth: {user_id: u}}}"},
        expected={"auth": {"user_id": "u"}, "region": "A"},
    ),
    Case(
        "an interface list of the image service",
        files={HOME_FILE: INTERFACES},
        expected={"auth": {"user_id": "u"}, "interfaces": ["internal", "public"]},
    ),
    Case(
        "image_endpoint is the older name of its override",
        files={
            HOME_FILE: "clouds: {r: {image_endpoint: 'http://old', auth: {user_id: u}}}"
        },
        expected={"auth": {"user_id": "u"}, "image_url": "http://old"},
    ),
    Case(
        "dashes are underscores",
        files={HOME_FILE: DASHES},
        expected={
            "auth": {"auth_url": "http://d", "user_id": "u"},
            "region": "D",
            "image_url": "http://dash",
        },
    ),
]
