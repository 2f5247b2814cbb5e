"""What openstacksdk and python-glanceclient see of a cloud.

``drive_*.py`` are run by the Python of the reference environment, which has those
libraries; ``seen/`` holds what they saw of the real services. Record it anew with

    IMAGECTL_REAL_CLOUD=... IMAGECTL_REFERENCE_BIN=... \\
        python -m tests.contract.libraries.record
"""
