from enum import StrEnum


class GridPermission(StrEnum):
    VIEW = "grid.view"
    OPERATE = "grid.operate"
    IMPORT = "grid.import"
