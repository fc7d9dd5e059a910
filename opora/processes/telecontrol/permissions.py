from enum import StrEnum


class TelecontrolPermission(StrEnum):
    VIEW = "telecontrol.view"
    CONFIGURE = "telecontrol.configure"
