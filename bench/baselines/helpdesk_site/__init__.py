"""django-helpdesk as it installs: a bare ticket over its own API, for comparison with registering a case."""
