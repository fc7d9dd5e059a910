from datetime import timedelta

import pytest
from django.utils import timezone

from opora.casework.cases.models import CaseStage
from opora.platform.scope import EVERYTHING, scoped


@pytest.fixture
def head(signed):
    return signed("руководитель", roles=["supervisor"])


@pytest.fixture
def late(world):
    """A case whose first stage was due yesterday."""
    with scoped(EVERYTHING):
        case = world.register()
        yesterday = timezone.now() - timedelta(days=1)
        CaseStage.objects.filter(case=case, status="RUNNING").update(due_at=yesterday)
    return case


def test_the_figures_lead_to_their_lists(head, late):
    page = head.get("/supervisor/counters/").content.decode()

    assert "/cases/?due=overdue" in page
    assert "/cases/?state=open" in page


def test_the_late_stage_is_listed_with_whoever_holds_it(world, head, late):
    page = head.get("/supervisor/stages/").content.decode()

    assert late.number in page
    assert "Кураторова И." in page
    assert "Передать" in page


def test_a_late_stage_is_handed_over_with_a_reason(world, head, late):
    with scoped(EVERYTHING):
        colleague = world.hire("Коллегина", world.curators)
    (stage,) = _running(late)

    refused = head.post(f"/cases/stages/{stage}/reassign/", {"employee_id": f"e{colleague.pk}", "reason": ""})
    done = head.post(f"/cases/stages/{stage}/reassign/", {"employee_id": f"e{colleague.pk}", "reason": "Отпуск"})

    assert (refused.status_code, done.status_code) == (422, 204)
    assert "Коллегина И." in head.get("/supervisor/stages/").content.decode()


def test_the_load_shows_every_desk_also_empty_ones(head, late):
    page = head.get("/supervisor/load/").content.decode()

    assert "Кураторова И." in page
    assert "Исполнителев И." in page


def test_another_branch_is_not_shown(world, signed, late):
    stranger = signed("сосед", roles=["supervisor"], branches=[world.other_branch])

    assert late.number not in stranger.get("/supervisor/stages/").content.decode()
    assert late.number not in stranger.get("/supervisor/stages/", {"branch": world.branch.pk}).content.decode()
    assert "Кураторова" not in stranger.get("/supervisor/load/").content.decode()


def test_the_board_is_for_those_who_supervise(signed):
    assert signed("исполнитель", roles=["executor"]).get("/supervisor/").status_code == 403


def _running(case):
    with scoped(EVERYTHING):
        return list(CaseStage.objects.filter(case=case, status="RUNNING").values_list("pk", flat=True))
