import pytest

from opora.platform.access.operations import ensure_system_user
from opora.registry.organization.operations import create_branch, create_division, create_position, hire_employee


@pytest.fixture
def admin(db):
    return ensure_system_user()


@pytest.fixture
def division(admin):
    branch = create_branch(code="01", name="Краснодарские электрические сети", short_name="КЭС", by=admin)
    return create_division(branch_id=branch.pk, code="01-ТП", name="Отдел присоединения", by=admin)


@pytest.fixture
def hire(admin, division):
    position = create_position(title="Инженер", by=admin)

    def hire(last_name="Ёлкин", first_name="Пётр", **more):
        return hire_employee(
            division_id=more.pop("division_id", division.pk), position_id=position.pk,
            last_name=last_name, first_name=first_name, by=admin, **more,
        )  # fmt: skip

    return hire
