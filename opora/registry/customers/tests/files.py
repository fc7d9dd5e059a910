"""Files of customers for the tests of the import, and what is done with them."""

from io import BytesIO

from opora.registry.customers.operations import accept_import, enter_import, read_import, store_import
from opora.registry.customers.queries.imports import all_faults

HEADINGS = (
    "Код;Вид;Группа;Филиал;ФИО;ИНН;Телефон;Эл. почта;Точка поставки;Лицевой счёт;Адрес;РЭС;Уровень напряжения;"
    "Максимальная мощность;Счётчик;Номер договора;Вид договора;Дата договора;"
    "Сальдо;Просрочка;Платёжная дисциплина;На дату"
)
ANNA = (
    "К-1;физ. лицо;Население;01;Ёлкина Анна Петровна;500100732259;8 (918) 123-45-67, 89181234568;ANNA@example.ru;"
    "2301;1001;г. Краснодар, ул. Красная, д. 5;Северный РЭС;НН;15,5;0117;Д-1;энергоснабжение;01.02.2020;"
    "-120,50;0;вовремя;01.11.2026"
)
FIRM = "К-2;ЮЛ;Юридические лица;01;ООО «Ромашка»;7707083893;;;2302;;г. Краснодар, ул. Северная, д. 1;;CH2;150;;;;;;;;"


def load(text, by, *, encoding="utf-8", name="файл.csv", **given):
    data = text if isinstance(text, bytes) else text.encode(encoding)
    return read_import(import_id=store_import(stream=BytesIO(data), name=name, by=by, **given).pk)


def enter(source, by):
    accept_import(import_id=source.pk, by=by)
    return enter_import(import_id=source.pk)


def table(*lines):
    return "\n".join([HEADINGS, *lines])


def faults(source):
    return [(fault.row, fault.column, fault.value, fault.reason) for fault in all_faults(source)]


def counts(source):
    return (source.created, source.changed, source.unchanged, source.refused)
