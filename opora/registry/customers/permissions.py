from enum import StrEnum


class CustomerPermission(StrEnum):
    VIEW = "customers.view"
    REGISTER = "customers.register"
    EDIT = "customers.edit"
    EXPORT = "customers.export"
    IMPORT = "customers.import"
