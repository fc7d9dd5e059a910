from opora.platform.rest.limits import RateLimit


def test_a_burst_passes_and_then_the_average_holds():
    limit = RateLimit(rate=2, burst=3)

    assert [limit.wait(7, now=100.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert limit.wait(7, now=100.5) == 0
    assert limit.wait(7, now=100.5) == 0.5


def test_one_user_does_not_use_up_the_share_of_another():
    limit = RateLimit(rate=1, burst=1)

    assert [limit.wait(7, now=5.0), limit.wait(8, now=5.0), limit.wait(7, now=5.0)] == [0, 0, 1]


def test_only_recent_users_are_remembered():
    limit = RateLimit(rate=1, burst=1, remembered=2)

    for user in (1, 2, 3):
        limit.wait(user, now=5.0)

    assert limit.wait(1, now=5.0) == 0
    assert limit.wait(3, now=5.0) == 1
