"""Passports as people write them: a wrong file is refused whole, and says in Russian where and what to mend."""

from pathlib import Path

import pytest
from django.utils import translation

from opora.casework.cases.models import Passport, PassportChoice, PassportStage, PassportVersion
from opora.casework.cases.operations import LoadedPassports, PassportsRefused, load_passport_files, load_passports
from opora.casework.cases.tests.world import passport, stage

SHIPPED = Path(__file__).resolve().parents[4] / "passports"
FORTHRIGHT = [stage("review"), stage("answer", after="review", answer=True)]


def refused(world, *files):
    """The words of the refusal, line by line."""
    sources = {name: text for file in files for name, text in file.items()}
    before = PassportVersion.objects.count()
    with translation.override("ru"), pytest.raises(PassportsRefused) as refusal:
        load_passport_files(sources=sources, by=world.admin)
    assert PassportVersion.objects.count() == before
    return str(refusal.value).splitlines()


def one(**more):
    """A passport of one stage that is wrong in something."""
    return passport(stages=[stage("work", **more)])


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (one(role="КОРОЛЬ"), "test.toml, этап «work», поле «role»: «КОРОЛЬ» неизвестно: выберите из OPERATOR, CLERK"),
        (
            one(term={"fortnights": 1}),
            "test.toml, этап «work», поле «term»: «fortnights» неизвестно: выберите из minutes, hours, working_hours,"
            " working_days, days, months.",
        ),
        (one(term={"days": 0}), "test.toml, этап «work», поле «term»: срок — целое число от 1 до 10000."),
        (one(term={"days": 1.5}), "test.toml, этап «work», поле «term»: срок — целое число от 1 до 10000."),
        (one(term={"days": True}), "test.toml, этап «work», поле «term»: срок — целое число от 1 до 10000."),
        (one(term={"months": 1001}), "test.toml, этап «work», поле «term»: срок — целое число от 1 до 1000."),
        (
            one(term={"days": 1, "hours": 2}),
            "test.toml, этап «work», поле «term»: укажите одну единицу и число, например term = { working_days = 3 }.",
        ),
        (
            one(term=3),
            "test.toml, этап «work», поле «term»: укажите одну единицу и число, например term = { working_days = 3 }.",
        ),
        (
            one(after="нет"),
            "test.toml, этап «work», поле «after»: нет этапа или события «нет»: выберите из received, registered.",
        ),
        (one(after=[]), "test.toml, этап «work», поле «after»: укажите событие или этап, от которого идёт срок."),
        (
            one(pause_reasons=["ЛЕНЬ"]),
            "test.toml, этап «work», поле «pause_reasons»: «ЛЕНЬ» неизвестно: выберите из CUSTOMER_DOCUMENTS",
        ),
        (one(optional="да"), "test.toml, этап «work», поле «optional»: здесь нужно true или false."),
        (one(title=""), "test.toml, этап «work», поле «title»: не заполнено: заполните."),
        (one(title="т" * 301), "test.toml, этап «work», поле «title»: здесь больше 300 знаков: сократите."),
        (one(title=5), "test.toml, этап «work», поле «title»: здесь нужен текст в кавычках."),
        (
            one(after=[1]),
            "test.toml, этап «work», поле «after»: здесь нужен текст в кавычках или список таких текстов.",
        ),
        (one(цвет="синий"), "test.toml, этап «work», поле «цвет»: нет такого поля: выберите из code, title, role"),
        (
            passport(stages=[stage("плохой код")]),
            "test.toml, этап «1», поле «code»: код пишется латинскими буквами, цифрами, - и _.",
        ),
        (
            passport(stages=[stage("work"), stage("work")]),
            "test.toml, этап «work», поле «code»: код повторяется: у каждого этапа должен быть свой.",
        ),
        (
            passport(stages=[stage("registered")]),
            "test.toml, этап «registered», поле «code»: код совпадает с именем события: дайте другой.",
        ),
        (
            passport(stages=[stage("a", after="b"), stage("b", after="a")]),
            "test.toml, этап «a», поле «after»: этапы ждут друг друга по кругу (a → b → a): разорвите его.",
        ),
        (
            passport(stages=[stage("a", after="a")]),
            "test.toml, этап «a», поле «after»: этапы ждут друг друга по кругу (a → a): разорвите его.",
        ),
        (
            passport(stages=[stage("a"), stage("b", optional=True), stage("c", after="b")]),
            "test.toml, этап «c», поле «after»: он ждёт необязательного этапа «b», которого может не быть:"
            " укажите другой.",
        ),
        (
            passport(stages=[stage("a", answer=True), stage("b", after="a")]),
            "test.toml, этап «b», поле «after»: он следует за ответом заявителю, которым обращение завершается:"
            " сделайте его необязательным.",
        ),
        (
            passport(stages=[stage("a", answer=True), stage("b", answer=True)]),
            "test.toml, поле «answer»: ответом заявителю может быть только один этап.",
        ),
        (passport(stages=[]), "test.toml, поле «stages»: нет ни одного этапа: добавьте хотя бы один [[stages]]."),
        (passport(stages=FORTHRIGHT, title=""), "test.toml, поле «title»: не заполнено: заполните."),
        (
            passport(stages=FORTHRIGHT, valid_from="2024-01-01"),
            "test.toml, поле «valid_from»: укажите дату без кавычек, например valid_from = 2024-01-01.",
        ),
        (passport(stages=FORTHRIGHT, starts="вчера"), "test.toml, поле «starts»: «вчера» неизвестно: выберите из"),
        (passport(stages=FORTHRIGHT, chosen_for="всё"), "test.toml, поле «chosen_for»: каждое должно быть отдельной"),
        (
            passport(stages=FORTHRIGHT, chosen_for=[{"topic": "нет"}]),
            "test.toml, поле «topic»: «нет» неизвестно: выберите из",
        ),
        (
            passport(stages=FORTHRIGHT, chosen_for=[{"kind": "APPEAL"}, {"kind": ["APPEAL"]}]),
            "test.toml, поле «chosen_for»: условие повторяется: оставьте его один раз.",
        ),
        ({"test.toml": "имя = «да»".encode()}, "test.toml: файл — не правильный TOML: "),
        ({"test.toml": 'title = "Паспорт"'.encode("cp1251")}, "test.toml: файл не в UTF-8: сохраните его в этой"),
    ],
)
def test_a_wrong_passport_says_where_and_what_to_mend(world, file, message):
    lines = refused(world, file)

    assert any(line.startswith(message) for line in lines), lines


def test_every_mistake_of_every_file_is_told_at_once_and_the_good_ones_wait(world):
    lines = refused(
        world,
        passport("good", stages=FORTHRIGHT),
        passport("bad", stages=[stage("a", role="X"), stage("b", term={"days": -1})]),
        passport("worse", stages=[], title=""),
    )

    assert len(lines) == 4
    assert not Passport.objects.filter(code="good").exists()


def test_two_files_may_neither_share_a_code_nor_a_condition(world):
    same_code = {"another.toml": passport("first", stages=FORTHRIGHT)["first.toml"]}
    assert refused(world, passport("first", stages=FORTHRIGHT), same_code) == [
        "first.toml, поле «code»: код «first» уже занят в another.toml: дайте другой."
    ]

    condition = [{"kind": "COMPLAINT"}]
    assert refused(
        world,
        passport("first", stages=FORTHRIGHT, chosen_for=condition),
        passport("second", stages=FORTHRIGHT, chosen_for=condition),
    ) == ["second.toml, поле «chosen_for»: такое же условие есть в first.toml: оставьте его в одном из файлов."]


def test_a_condition_of_a_passport_loaded_earlier_is_not_taken_over(world):
    assert refused(world, passport("new", stages=FORTHRIGHT, chosen_for=[{}])) == [
        "new.toml, поле «chosen_for»: такое же условие есть в ordinary: оставьте его в одном из файлов."
    ]
    assert PassportChoice.objects.get().passport.code == "ordinary"


def test_loading_again_changes_nothing_and_a_changed_file_becomes_a_new_edition(world, clock):
    file = passport("new", stages=FORTHRIGHT, chosen_for=[{"kind": "COMPLAINT"}])

    first = load_passport_files(sources=file, by=world.admin)
    again = load_passport_files(sources=file, by=world.admin)
    clock.at("2026-05-20 10:00")
    changed = load_passport_files(
        sources=passport("new", stages=FORTHRIGHT[:1], chosen_for=[{"kind": "APPLICATION"}]), by=world.admin
    )

    assert first == LoadedPassports(added=["new"], changed=[], unchanged=[])
    assert again == LoadedPassports(added=[], changed=[], unchanged=["new"])
    assert changed == LoadedPassports(added=[], changed=["new"], unchanged=[])
    editions = PassportVersion.objects.filter(passport__code="new").order_by("version")
    assert [(v.version, str(v.valid_from), str(v.valid_to)) for v in editions] == [
        (1, "2020-01-01", "2026-05-20"),
        (2, "2026-05-20", "None"),
    ]
    assert [choice.kind for choice in PassportChoice.objects.filter(passport__code="new")] == ["APPLICATION"]


def test_an_empty_folder_is_refused(world, tmp_path):
    with translation.override("ru"), pytest.raises(PassportsRefused) as refusal:
        load_passports(folder=tmp_path, by=world.admin)
    assert str(refusal.value).endswith("в папке нет файлов *.toml: проверьте её имя.")


def test_the_passports_that_come_with_opora_load_and_cover_every_service(world):
    PassportChoice.objects.all().delete()

    loaded = load_passports(folder=SHIPPED, by=world.admin)

    assert sorted(loaded.added) == sorted(path.stem for path in SHIPPED.glob("*.toml"))
    assert not PassportStage.objects.exclude(version__passport__code="ordinary").filter(legal_reference="").exists()
    for kind in ("CONSULTATION", "APPEAL", "COMPLAINT"):
        for channel in ("PHONE", "VISIT", "POST", "EMAIL", "WEB", "VOICEMAIL", "OTHER"):
            assert world.register(kind=kind, channel=channel).passport_version.passport.code != "ordinary"
    for topic in ("connection_15", "limitation", "transmission_contract"):
        case = world.register(kind="APPLICATION", topic_id=world.topic(topic))
        assert case.passport_version.passport.code == topic.replace("_", "-")
