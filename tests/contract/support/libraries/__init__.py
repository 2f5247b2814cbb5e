"""What openstacksdk and python-glanceclient see of a cloud.

``drive_*.py`` are run as scripts by the Python of the reference environment, which has
those libraries and none of ours; that is why they and the modules they need import
each other without a package. ``recorded/libraries/`` beside this folder holds what
they saw of the real services. Record it again with

    IMAGECTL_REAL_CLOUD=... IMAGECTL_REFERENCE_BIN=... \\
        python -m tests.contract.support.libraries.record
"""
