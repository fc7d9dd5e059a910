"""Count a desk up to a hundred stages: whoever has more is as full as can be, and counting costs every registration."""

from django.db import migrations

COUNTED = """
create or replace function cases_free_person(people bigint[]) returns bigint
    language plpgsql volatile security definer set search_path = public as $$
declare
    candidate bigint;
    least bigint;
begin
    for candidate in
        select person from unnest(people) person
        order by (
            select count(*) from (
                select from cases_casestage
                where employee_id = person and status in ('RUNNING', 'PAUSED') limit 300
            ) desk
        ), random()
    loop
        least := coalesce(least, candidate);
        if pg_try_advisory_xact_lock(hashtext('cases_free_person'), candidate::int) then
            return candidate;
        end if;
    end loop;
    return least;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_complaints")]
    operations = [migrations.RunSQL(COUNTED.replace("limit 300", "limit 100"), COUNTED)]
