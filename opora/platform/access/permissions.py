from enum import StrEnum


class AccessPermission(StrEnum):
    MANAGE = "access.manage"
    ISSUE_TOKEN = "access.issue_token"
