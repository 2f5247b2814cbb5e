"""Ways into a cloud: TCP, ``responses`` in this process, or any WSGI server."""
