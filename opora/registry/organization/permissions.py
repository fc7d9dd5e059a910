from enum import StrEnum


class OrganizationPermission(StrEnum):
    EDIT_STRUCTURE = "organization.edit_structure"
    EDIT_EMPLOYEES = "organization.edit_employees"
