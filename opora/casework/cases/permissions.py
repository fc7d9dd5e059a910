from enum import StrEnum


class CasePermission(StrEnum):
    VIEW = "cases.view"
    REGISTER = "cases.register"
    WORK = "cases.work"
    ASSIGN = "cases.assign"
    SUPERVISE = "cases.supervise"
    EXPORT = "cases.export"
    CONFIGURE = "cases.configure"
