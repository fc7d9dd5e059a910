from opora.platform.errors import BusinessError


class UnreadableFile(BusinessError):
    """The file as a whole cannot be read: the message says why and what to do."""

    code = "unreadable_file"

    def __init__(self, message: object) -> None:
        super().__init__(message, field="file")
