"""E-mail: letters over SMTP, or into a folder while no server is named.

Implements `casework.messaging.transports.Transport`; `settings.TRANSPORTS` chooses. Knows no rules of messages.
"""
