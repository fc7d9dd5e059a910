"""The groups of the contractor directory that every installation has (standard 546)."""

UNIDENTIFIED = "UNIDENTIFIED"

#: Code and Russian name; an installation may rename them and add its own.
GROUPS = {
    UNIDENTIFIED: "Неустановленные",
    "POPULATION": "Население",
    "ENTITIES": "Юридические лица",
    "LARGE": "Крупные потребители",
    "SALES": "Энергосбытовые компании",
    "GRIDS": "Смежные сетевые организации",
    "SOCIAL": "Социально значимые объекты",
    "CONTRACTORS": "Подрядчики",
}
